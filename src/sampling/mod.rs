//! Logits to token: a chain of stages that change the model's distribution, then one draw from a pinned random generator.
//!
//! Each stage is a file with its formula and its source; [`Chain`] says which stages run and in which order. The most common
//! chain (temperature, then top-p) has a faster path, which gives the same tokens.
//!
//! Weights use the engine's own exponential, and sums have one fixed order, so equal logits give the same token on
//! every machine. In a tie, the lower token id counts as likelier.

mod chain;
mod distribution;
mod explanation;
mod nucleus;
mod options;
mod order;
mod parameter;
mod preset;
mod random;
mod rules;
mod stage;
mod summary;

// The stages of the chain; top-p is nucleus.rs.
mod diff_sampling;
mod dry;
mod epsilon;
mod eta;
mod min_p;
mod mirostat;
mod penalties;
mod temperature;
mod top_k;
mod top_n_sigma;
mod typical;
mod xtc;

pub use chain::{Chain, History};
pub use explanation::{Candidate, Explanation, StageReport};
pub use options::{OptionError, Options};
pub use order::{Order, OrderError};
pub use parameter::{PARAMETERS, Parameter};
pub use preset::{ChainDescription, Preset, StageDescription, description, presets};
pub use random::Random;
pub use rules::{Rules, UnknownRules};
pub use stage::Stage;
pub use summary::{Summary, surprisal_bits};

use crate::engine::exp;
use chain::Step;
use distribution::Distribution;
use nucleus::{BLOCK, keep_nucleus, token_at, total};

/// A token, and how likely the model itself (temperature 1, no truncation) found it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    pub token: u32,
    /// Surprisal of the token in bits.
    pub surprisal_bits: f64,
    /// Entropy of the model's distribution in bits.
    pub entropy_bits: f64,
    /// The token's rank among all tokens, from 1.
    pub rank: u32,
}

/// Draws tokens. Memory is allocated once.
pub struct Sampler {
    chain: Chain,
    /// The active stages, in their order.
    stages: Vec<Stage>,
    /// Whether these are only temperature, then top-p, or fewer.
    is_plain: bool,
    distribution: Distribution,
    /// Scratch space: one number per token.
    counts: Vec<u32>,
    /// For each token, whether it breaks sequences for DRY.
    breakers: Vec<bool>,
    /// Mirostat's threshold.
    mirostat_bits: f64,
}

impl Sampler {
    /// A sampler for a vocabulary of this size.
    pub fn new(chain: Chain, vocabulary: usize) -> Self {
        let stages: Vec<Stage> = chain.order.stages().iter().copied().filter(|&stage| chain.is_active(stage)).collect();
        Self {
            is_plain: matches!(
                stages[..],
                [] | [Stage::Temperature] | [Stage::TopP] | [Stage::Temperature, Stage::TopP]
            ),
            stages,
            distribution: Distribution::new(vocabulary),
            counts: vec![0; vocabulary],
            breakers: vec![false; vocabulary],
            mirostat_bits: 2.0 * chain.options.value("mirostat_tau"),
            chain,
        }
    }

    /// Sets the tokens at which DRY's matches end; by default there are none. Ids outside the vocabulary are ignored.
    pub fn breakers(mut self, tokens: &[u32]) -> Self {
        self.breakers.fill(false);
        for &token in tokens {
            if let Some(breaks) = self.breakers.get_mut(token as usize) {
                *breaks = true;
            }
        }
        self
    }

    /// Mirostat's threshold for the next token; none if Mirostat is off.
    pub fn mirostat_bits(&self) -> Option<f64> {
        self.chain.is_active(Stage::Mirostat).then_some(self.mirostat_bits)
    }

    /// Draws one token. The generator advances once per call, even in greedy decoding, so that a position
    /// in the story always gets the same random number. `logits`: (vocabulary).
    pub fn choose(&mut self, logits: &[f32], history: History, random: &mut Random) -> Choice {
        let uniform = random.uniform();
        let summary = Summary::new(logits);
        if self.is_plain {
            let token = self.draw_plainly(logits, summary.largest, uniform);
            return choice(token, logits, &summary);
        }
        let run = self.run(logits, history, uniform, None);
        let token = self.distribution.draw(run.uniform);
        let choice = choice(token, logits, &summary);
        self.observe(&choice, run.watched_bits);
        choice
    }

    /// Takes a given token. Everything else continues as if it had been drawn.
    pub fn force(&mut self, token: u32, logits: &[f32], history: History, random: &mut Random) -> Choice {
        let uniform = random.uniform();
        let choice = choice(token, logits, &Summary::new(logits));
        if self.mirostat_bits().is_some() {
            let run = self.run(logits, history, uniform, Some(token));
            self.observe(&choice, run.watched_bits);
        }
        choice
    }

    /// Temperature and top-p only.
    fn draw_plainly(&mut self, logits: &[f32], largest: f32, uniform: f64) -> u32 {
        if self.chain.temperature == 0.0 {
            return argmax(logits);
        }
        let (weights, order) = self.distribution.room();
        weigh(logits, largest, self.chain.temperature, weights);
        draw(weights, self.chain.rules.share(self.chain.top_p), uniform, order)
    }

    /// Runs the chain on the logits; the result is in the distribution.
    fn run(&mut self, logits: &[f32], history: History, uniform: f64, watched: Option<u32>) -> Run {
        self.distribution.read(logits);
        let (breakers, counts, mirostat_bits) = (&self.breakers, &mut self.counts, self.mirostat_bits);
        let mut step = Step { history, breakers, counts, uniform, mirostat_bits, watched, watched_bits: None };
        for &stage in &self.stages {
            self.chain.run(stage, &mut self.distribution, &mut step);
        }
        Run { uniform: step.uniform, watched_bits: step.watched_bits }
    }

    /// Updates Mirostat with the chosen token's surprisal: in the final distribution; if the chain removed the token, in
    /// Mirostat's input (`watched_bits`); and if it was removed even before that, in the model's own distribution.
    fn observe(&mut self, choice: &Choice, watched_bits: Option<f64>) {
        if self.mirostat_bits().is_none() {
            return;
        }
        self.distribution.weigh();
        let drawn = self.distribution.surprisal_bits(choice.token);
        let observed = drawn.or(watched_bits).unwrap_or(choice.surprisal_bits);
        let value = |name| self.chain.options.value(name);
        self.mirostat_bits = mirostat::next(self.mirostat_bits, observed, value("mirostat_tau"), value("mirostat_eta"));
    }
}

/// The results of a run besides the distribution: see [`Step`].
struct Run {
    uniform: f64,
    watched_bits: Option<f64>,
}

/// A token with its numbers in the model's own distribution.
fn choice(token: u32, logits: &[f32], summary: &Summary) -> Choice {
    let surprisal_bits = summary.surprisal_bits(logits[token as usize]);
    Choice { token, surprisal_bits, entropy_bits: summary.entropy_bits, rank: rank(logits, token) }
}

/// The rank of a token by logit, from 1; in a tie, the lower id comes first.
fn rank(logits: &[f32], token: u32) -> u32 {
    let (before, after) = logits.split_at(token as usize);
    let logit = after[0];
    1 + count(before, |other| other >= logit) + count(after, |other| other > logit)
}

/// How many logits satisfy `is_such`, counted in whole blocks, which compilers vectorize.
fn count(logits: &[f32], is_such: impl Fn(f32) -> bool) -> u32 {
    let (blocks, rest) = logits.as_chunks::<BLOCK>();
    let in_blocks: u32 =
        blocks.iter().map(|block| block.iter().map(|&logit| u32::from(is_such(logit))).sum::<u32>()).sum();
    in_blocks + rest.iter().map(|&logit| u32::from(is_such(logit))).sum::<u32>()
}

/// The factor for the logits. It stays finite for the lowest temperatures, because 0 times infinity is not a number.
fn inverse(temperature: f64) -> f32 {
    ((1.0 / temperature) as f32).min(f32::MAX)
}

/// `exp((logit - largest) / temperature)`: probabilities up to a common factor, the largest 1.
fn weigh(logits: &[f32], largest: f32, temperature: f64, weights: &mut [f32]) {
    let inverse = inverse(temperature);
    for (weight, logit) in weights.iter_mut().zip(logits) {
        *weight = exp((logit - largest) * inverse);
    }
}

/// Draws a token from the nucleus of padded weights: the first, in order of id, at which the mass exceeds a random share
/// (`uniform`, in [0, 1)) of the nucleus.
fn draw(weights: &mut [f32], top_p: f64, uniform: f64, order: &mut Vec<u32>) -> u32 {
    let mass = keep_nucleus(weights, top_p, total(weights), order);
    token_at(weights, uniform * mass)
}

/// The token with the largest logit; in a tie, the lowest id.
pub fn argmax(logits: &[f32]) -> u32 {
    let largest = crate::engine::maximum(logits);
    // Whole blocks first, which compilers vectorize.
    let is_largest = |&logit: &f32| u32::from(logit == largest);
    let mut blocks = logits.chunks(BLOCK);
    let block = blocks.position(|block| block.iter().map(is_largest).sum::<u32>() > 0).unwrap_or(0) * BLOCK;
    (block + logits[block..].iter().position(|&logit| logit == largest).unwrap_or(0)) as u32
}

#[cfg(test)]
mod tests;
