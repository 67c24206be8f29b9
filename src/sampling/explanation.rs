//! How the chain changes the distribution at one place of a story.

use super::chain::Step;
use super::{Distribution, History, Sampler, Stage, Summary};
use serde::Serialize;
use std::f64::consts::LOG2_E;

/// What the model considers at one place of a story, before and after the chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The likeliest tokens before or after the chain, and the chosen one, by rank.
    pub candidates: Vec<Candidate>,
    pub chosen: Option<Candidate>,
    /// All stages in their order, including inactive ones.
    pub stages: Vec<StageReport>,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// Tokens that remain after the chain.
    pub kept: u32,
    /// Entropy of the model's own distribution.
    pub entropy_bits: f64,
    /// Entropy of the distribution that the token is drawn from.
    pub chained_entropy_bits: f64,
    /// Probability under the model of all tokens that are not among the candidates.
    pub rest: f64,
}

/// A token that could stand there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Candidate {
    pub token: u32,
    /// Its rank under the model itself, from 1.
    pub rank: u32,
    /// Under the model itself: temperature 1, nothing truncated.
    pub probability: f64,
    /// Probability after the whole chain, with which it is drawn; 0 if the chain removed it.
    pub chained: f64,
    /// The stage that removed it.
    pub removed_by: Option<Stage>,
}

/// What one stage of the chain did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageReport {
    pub name: Stage,
    /// False if its settings turn it off.
    pub active: bool,
    /// Tokens that remain after it.
    pub kept: u32,
    /// Probability of the tokens that it removed, in its input.
    pub removed: f64,
    /// Entropy of its output in bits.
    pub entropy_bits: f64,
    /// Total variation distance between its input and output, 0 to 1.
    pub moved: f64,
}

impl Sampler {
    /// Reports what the chain does with these logits if the place's random number is `uniform`, on which XTC depends.
    /// `mirostat_bits` is Mirostat's threshold; without it, the current one. Tokens chosen later are not affected.
    /// `most`: candidates to list before and after the chain.
    pub fn explain(
        &mut self,
        logits: &[f32],
        history: History,
        uniform: f64,
        mirostat_bits: Option<f64>,
        most: usize,
        chosen: Option<u32>,
    ) -> Explanation {
        let mirostat_bits = mirostat_bits.unwrap_or(self.mirostat_bits);
        let distribution = &mut self.distribution;
        let (breakers, counts) = (&self.breakers, &mut self.counts);
        let mut step = Step { history, breakers, counts, uniform, mirostat_bits, watched: None, watched_bits: None };
        distribution.read(logits);
        let model = probabilities(distribution, logits.len());
        let by_rank = likeliest(distribution, logits.len());
        let mut given = model.clone();
        let mut removed_by = vec![None; logits.len()];
        let mut stages = Vec::with_capacity(Stage::ALL.len());
        for &name in self.chain.order.stages() {
            let active = self.chain.is_active(name);
            let (mut removed, mut moved) = (0.0, 0.0);
            if active {
                let held: Vec<u32> = distribution.tokens().collect();
                self.chain.run(name, distribution, &mut step);
                let handed_on = probabilities(distribution, logits.len());
                for token in held {
                    let place = token as usize;
                    moved += 0.5 * (given[place] - handed_on[place]).abs();
                    if !distribution.holds(token) {
                        removed += given[place];
                        removed_by[place] = Some(name);
                    }
                }
                given = handed_on;
            }
            distribution.weigh();
            let kept = distribution.tokens().count() as u32;
            let entropy_bits = distribution.entropy() * LOG2_E;
            stages.push(StageReport { name, active, kept, removed, entropy_bits, moved });
        }

        let mut ranks = vec![0; logits.len()];
        for (place, &token) in by_rank.iter().enumerate() {
            ranks[token as usize] = place as u32 + 1;
        }
        let candidate = |token: u32| {
            let place = token as usize;
            let (probability, chained, removed_by) = (model[place], given[place], removed_by[place]);
            Candidate { token, rank: ranks[place], probability, chained, removed_by }
        };
        let chosen = chosen.filter(|&token| (token as usize) < logits.len());
        let mut tokens: Vec<u32> = by_rank.into_iter().take(most).collect();
        let chained = likeliest(distribution, logits.len());
        tokens.extend(chained.into_iter().filter(|&token| distribution.holds(token)).take(most));
        tokens.extend(chosen);
        tokens.sort_unstable_by_key(|&token| ranks[token as usize]);
        tokens.dedup();
        let shown: f64 = tokens.iter().map(|&token| model[token as usize]).sum();
        Explanation {
            candidates: tokens.into_iter().map(candidate).collect(),
            chosen: chosen.map(candidate),
            vocabulary: logits.len() as u32,
            kept: distribution.tokens().count() as u32,
            entropy_bits: Summary::new(logits).entropy_bits,
            chained_entropy_bits: distribution.entropy() * LOG2_E,
            rest: if shown < 1.0 { 1.0 - shown } else { 0.0 },
            stages,
        }
    }
}

/// The probability of every token.
fn probabilities(distribution: &mut Distribution, vocabulary: usize) -> Vec<f64> {
    distribution.weigh();
    (0..vocabulary as u32).map(|token| distribution.weight(token) / distribution.mass()).collect()
}

/// All tokens, the likeliest first.
fn likeliest(distribution: &Distribution, vocabulary: usize) -> Vec<u32> {
    let mut tokens: Vec<u32> = (0..vocabulary as u32).collect();
    tokens.sort_by_key(|&token| distribution.likeliest_first(token));
    tokens
}
