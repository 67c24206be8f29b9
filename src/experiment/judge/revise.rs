//! Revision: in each round, the weakest sentence of a story is rewritten several times, and the best version is kept.
//!
//! The text after the sentence stays unchanged, token for token. So a round changes only one thing, and any change in the score comes from
//! that sentence; with a rewritten rest it would be another story. The price is that the rest may no longer follow from it.
//!
//! The old sentence is one of the candidates, so a round cannot lower the score: a rise is true by construction and proves nothing. That
//! is why there is a control with the same rounds and a random choice, and why numbers that are not part of the score are compared too.

use super::redraft::{Gap, Redraft, Redrafting};
use super::{Appraisal, Bench, Draft, Drafts, Standard, Step, any, best, control_stream, first_bits};
use crate::engine::{Engine, Llama};
use crate::link;
use crate::metrics::written::decimal;
use crate::reading::SentenceGain;
use crate::sampling::Random;
use crate::story::{GenerateError, Settings, prompt_tokens};
use serde::{Deserialize, Serialize};

/// Most tokens of a redraft, if text follows it.
const MOST_TOKENS: usize = 64;

/// A sentence of a story, and how much it depends on the text before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeSentence"))]
pub struct SentenceTold {
    /// Its first token's place in the story.
    pub from: usize,
    /// The place after its last token.
    pub to: usize,
    /// Contextual gain in bits per token: the smallest of all sentences that were not passed over.
    pub gain_bits: f64,
}

/// A candidate for the sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeCandidate"))]
pub struct Candidate {
    /// Its seed; none for the old sentence.
    pub seed: Option<u32>,
    pub text: String,
    pub tokens: usize,
    /// Whether it is complete; if not, it was not judged and could not be chosen.
    pub complete: bool,
    /// Appraisal of the whole story with it.
    pub appraisal: Option<Appraisal>,
    /// Its own contextual gain, bits per token.
    pub gain_bits: Option<f64>,
    /// Digest of the whole story with it.
    pub digest: Option<String>,
}

/// What happened in a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeRound"))]
pub struct Round {
    /// From 1.
    pub round: u32,
    pub sentence: SentenceTold,
    /// The old sentence, then its redrafts.
    pub candidates: Vec<Candidate>,
    /// Which of them was kept; 0 is the old sentence.
    pub chosen: usize,
    /// Why, in words.
    pub reason: String,
    /// The sentence before the round, and after it.
    pub before: String,
    pub after: String,
    /// The story after the round, and the link that repeats it.
    pub text: String,
    pub link: String,
}

/// How a candidate is chosen.
enum Chooser {
    ByScore,
    AtRandom(Box<Random>),
}

enum Phase<'a> {
    Choosing,
    Redrafting(Redrafting<'a>, SentenceGain),
    Judging(Box<Drafts<'a>>, Vec<Redraft>, SentenceGain),
    Over,
}

/// One story, revised in small steps.
pub struct Revision<'a> {
    bench: Bench<'a>,
    standard: Standard,
    chooser: Chooser,
    redrafts: u32,
    rounds: u32,
    /// The settings of the story before any round.
    settings: Settings,
    story: Draft,
    /// Tokens at the story's beginning that are still drawn by its own seed; all later ones are given.
    intact: usize,
    /// First tokens of sentences that could not be improved since the story last changed; they are skipped.
    passed_over: Vec<usize>,
    told: Vec<Round>,
    phase: Phase<'a>,
}

/// The seed of a redraft: the first 32 bits of the SHA-256 of "redraft SEED ROUND NUMBER", with the story's own seed and
/// both others counted from 1.
pub fn redraft_seed(seed: u32, round: u32, redraft: u32) -> u32 {
    first_bits(&format!("redraft {seed} {round} {redraft}"))
}

impl<'a> Revision<'a> {
    /// Revises a story, by score.
    pub fn by_score(bench: Bench<'a>, standard: &Standard, story: Draft, redrafts: u32, rounds: u32) -> Self {
        Self::new(bench, standard, story, redrafts, rounds, Chooser::ByScore)
    }

    /// Does the same, but chooses at random among the complete candidates, all equally likely.
    pub fn at_random(bench: Bench<'a>, standard: &Standard, story: Draft, redrafts: u32, rounds: u32) -> Self {
        let Settings { seed, prompt, .. } = &story.generation.settings;
        let random = control_stream(&format!("revise {redrafts} {seed} {prompt}"));
        Self::new(bench, standard, story, redrafts, rounds, Chooser::AtRandom(Box::new(random)))
    }

    fn new(bench: Bench<'a>, standard: &Standard, story: Draft, redrafts: u32, rounds: u32, chooser: Chooser) -> Self {
        Self {
            bench,
            standard: standard.clone(),
            chooser,
            redrafts,
            rounds,
            settings: story.generation.settings.clone(),
            intact: story.generation.token_ids.len(),
            story,
            passed_over: Vec::new(),
            told: Vec::new(),
            phase: Phase::Choosing,
        }
    }

    /// The finished rounds.
    pub fn rounds(&self) -> &[Round] {
        &self.told
    }

    /// The story as it is now.
    pub fn story(&self) -> &Draft {
        &self.story
    }

    /// Does a small part. It is done when all rounds are finished, or no sentence is left to try.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, GenerateError> {
        match std::mem::replace(&mut self.phase, Phase::Choosing) {
            Phase::Choosing => {
                let weakest = if self.told.len() < self.rounds as usize { self.weakest() } else { None };
                self.phase = match weakest {
                    None => Phase::Over,
                    Some(sentence) => Phase::Redrafting(self.redrafting(engine, &sentence)?, sentence),
                };
            }
            Phase::Redrafting(mut redrafting, sentence) => {
                self.phase = if redrafting.step(engine)? {
                    Phase::Redrafting(redrafting, sentence)
                } else {
                    let redrafts = redrafting.finish();
                    let complete = redrafts.iter().filter(|redraft| redraft.complete);
                    let stories = complete.map(|redraft| self.with_redraft(redraft, &sentence)).collect();
                    let drafts = Drafts::new(self.bench, &self.standard, stories);
                    Phase::Judging(Box::new(drafts), redrafts, sentence)
                };
            }
            Phase::Judging(mut drafts, redrafts, sentence) => {
                let step = drafts.step(engine)?;
                if step != Step::Done {
                    self.phase = Phase::Judging(drafts, redrafts, sentence);
                    return Ok(step);
                }
                self.conclude(drafts.finish(), redrafts, sentence);
            }
            Phase::Over => self.phase = Phase::Over,
        }
        Ok(if matches!(self.phase, Phase::Over) { Step::Done } else { Step::More })
    }

    /// The sentence with the smallest contextual gain that is not passed over; in a tie, the first.
    fn weakest(&mut self) -> Option<SentenceGain> {
        let open = |passed_over: &[usize], gains: &[SentenceGain]| {
            let open = gains.iter().filter(|gain| !passed_over.contains(&gain.from)).copied();
            open.min_by(|one, other| one.bits.total_cmp(&other.bits))
        };
        let found = open(&self.passed_over, &self.story.gains);
        // The control does as many rounds as the other arm, however often it keeps a sentence.
        if found.is_none() && matches!(self.chooser, Chooser::AtRandom(_)) {
            self.passed_over.clear();
            return open(&[], &self.story.gains);
        }
        found
    }

    fn redrafting(&self, engine: &Llama, sentence: &SentenceGain) -> Result<Redrafting<'a>, GenerateError> {
        let bench = self.bench;
        let token_ids = &self.story.generation.token_ids;
        let after = token_ids.len() - sentence.to;
        let is_last = after == 0;
        // As in the pen: one token can be drawn after a full context, but not fed.
        let prompt = prompt_tokens(bench.tokenizer, bench.model, &self.settings.prompt)?.len();
        let most = (Settings::LIMITS.length.1 as usize).min(engine.context() + 1 - prompt) - sentence.from - after;
        let wanted = match is_last {
            false => MOST_TOKENS,
            // Up to the length of the settings.
            true => token_ids.len().max(self.settings.length as usize) - sentence.from,
        };
        let gap = Gap { from: sentence.from, room: wanted.min(most), is_last };
        let round = self.told.len() as u32 + 1;
        let seeds = (1..=self.redrafts).map(|redraft| redraft_seed(self.settings.seed, round, redraft)).collect();
        Ok(Redrafting::new(bench, &self.settings, &token_ids[..sentence.from], gap, seeds))
    }

    /// The settings that write the story with a redraft in place of a sentence: everything from the sentence on is given; earlier tokens are
    /// drawn, or given if they were.
    fn with_redraft(&self, redraft: &Redraft, sentence: &SentenceGain) -> Settings {
        let old = &self.story.generation.token_ids;
        let all = [&old[..sentence.from], &redraft.token_ids, &old[sentence.to..]].concat();
        let intact = self.intact.min(sentence.from) as u32;
        let drawn = self.settings.forced.iter().copied().filter(|forced| forced.0 < intact);
        let given = (0u32..).zip(all.iter().copied()).skip(intact as usize);
        Settings { forced: drawn.chain(given).collect(), length: all.len() as u32, ..self.settings.clone() }
    }

    fn conclude(&mut self, mut drafts: Vec<Draft>, redrafts: Vec<Redraft>, sentence: SentenceGain) {
        let mut scores = vec![self.story.appraisal.score];
        scores.extend(drafts.iter().map(|draft| draft.appraisal.score));
        // Among the complete candidates; 0 is the old sentence.
        let (taken, reason) = match &mut self.chooser {
            Chooser::ByScore => {
                let taken = best(&scores);
                (taken, reason(&scores, taken))
            }
            Chooser::AtRandom(random) => (any(scores.len(), random), format!("Drawn at random from {}.", scores.len())),
        };
        let mut judged = drafts.iter();
        let mut candidates = vec![self.as_it_was(&sentence)];
        let mut chosen = 0;
        let mut count = 0;
        for redraft in &redrafts {
            let draft = if redraft.complete { judged.next() } else { None };
            count += usize::from(draft.is_some());
            if draft.is_some() && count == taken {
                chosen = candidates.len();
            }
            let own = |draft: &Draft| draft.gains.iter().find(|gain| gain.from == sentence.from).map(|gain| gain.bits);
            candidates.push(Candidate {
                seed: Some(redraft.seed),
                text: redraft.text.clone(),
                tokens: redraft.token_ids.len(),
                complete: redraft.complete,
                appraisal: draft.map(|draft| draft.appraisal.clone()),
                gain_bits: draft.and_then(own),
                digest: draft.map(|draft| draft.generation.digest.clone()),
            });
        }
        if taken == 0 {
            self.passed_over.push(sentence.from);
        } else {
            self.story = drafts.swap_remove(taken - 1);
            self.intact = self.intact.min(sentence.from);
            self.passed_over.clear();
        }
        self.told.push(Round {
            round: self.told.len() as u32 + 1,
            sentence: SentenceTold { from: sentence.from, to: sentence.to, gain_bits: sentence.bits },
            chosen,
            reason,
            before: candidates[0].text.clone(),
            after: candidates[chosen].text.clone(),
            text: self.story.generation.text.clone(),
            link: link::of(&self.story.generation),
            candidates,
        });
    }

    fn as_it_was(&self, sentence: &SentenceGain) -> Candidate {
        let story = &self.story;
        Candidate {
            seed: None,
            text: story.generation.token_texts[sentence.from..sentence.to].concat(),
            tokens: sentence.to - sentence.from,
            complete: true,
            appraisal: Some(story.appraisal.clone()),
            gain_bits: Some(sentence.bits),
            digest: Some(story.generation.digest.clone()),
        }
    }
}

/// Why the best score was chosen. The first score is that of the old story.
fn reason(scores: &[f64], taken: usize) -> String {
    let others = scores.len() - 1;
    let written = |place: usize| decimal(scores[place], 3);
    match taken {
        _ if others == 0 => "No redraft came to the end of its sentence, so it stays as it was.".into(),
        0 => format!("No redraft raises the score of {}, so the sentence stays as it was.", written(0)),
        _ => format!("The score rises from {} to {}, the most of {others}.", written(0), written(taken)),
    }
}

/// A story, revised by score and at random: the experiment's two arms.
pub struct Revise<'a> {
    bench: Bench<'a>,
    standard: Standard,
    redrafts: u32,
    rounds: u32,
    drafts: Drafts<'a>,
    judged: Option<Revision<'a>>,
    control: Option<Revision<'a>>,
    before: Option<Draft>,
}

impl<'a> Revise<'a> {
    /// Writes the story of the settings, then revises it.
    pub fn new(bench: Bench<'a>, standard: &Standard, settings: Settings, redrafts: u32, rounds: u32) -> Self {
        let drafts = Drafts::new(bench, standard, vec![settings]);
        Self { bench, standard: standard.clone(), redrafts, rounds, drafts, judged: None, control: None, before: None }
    }

    /// Does a small part. It is done when both arms have finished.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, GenerateError> {
        let (bench, standard) = (self.bench, &self.standard);
        if let Some(control) = &mut self.control {
            return control.step(engine);
        }
        if let (Some(judged), Some(before)) = (&mut self.judged, &self.before) {
            let step = judged.step(engine)?;
            if step != Step::Done {
                return Ok(step);
            }
            // As many rounds as the other arm had.
            let rounds = judged.rounds().len() as u32;
            self.control = Some(Revision::at_random(bench, standard, before.clone(), self.redrafts, rounds));
        } else {
            let step = self.drafts.step(engine)?;
            if step != Step::Done {
                return Ok(step);
            }
            let drafts = std::mem::replace(&mut self.drafts, Drafts::new(bench, standard, Vec::new()));
            self.before = drafts.finish().pop();
            let begin =
                |before: &Draft| Revision::by_score(bench, standard, before.clone(), self.redrafts, self.rounds);
            self.judged = self.before.as_ref().map(begin);
        }
        Ok(Step::More)
    }

    /// The finished rounds: by score, and at random.
    pub fn rounds(&self) -> (&[Round], &[Round]) {
        (self.judged.as_ref().map_or(&[], Revision::rounds), self.control.as_ref().map_or(&[], Revision::rounds))
    }

    /// Approximate share that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let (judged, control) = self.rounds();
        let expected = match &self.control {
            None => 2 * self.rounds as usize,
            Some(_) => 2 * judged.len(),
        };
        (1 + judged.len() + control.len()) as f64 / (2 + expected) as f64
    }

    /// The original story and both arms; none before [`Self::step`] has finished.
    pub fn finish(self) -> Option<(Draft, Revision<'a>, Revision<'a>)> {
        Some((self.before?, self.judged?, self.control?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_of_redrafts_are_stated() {
        // printf 'redraft 42 1 1' | sha256sum
        assert_eq!(
            redraft_seed(42, 1, 1),
            u32::from_str_radix(&crate::model::sha256_hex(b"redraft 42 1 1")[..8], 16).unwrap()
        );
        let mut all: Vec<u32> =
            (1..=8).flat_map(|round| (1..=8).map(move |each| redraft_seed(42, round, each))).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 64);
    }

    #[test]
    fn reasons_say_what_happened() {
        assert!(reason(&[0.5], 0).contains("stays"));
        assert!(reason(&[0.5, 0.4], 0).contains("No redraft raises the score of 0.500"));
        assert_eq!(reason(&[0.5, 0.4, 0.61], 2), "The score rises from 0.500 to 0.610, the most of 2.");
    }
}
