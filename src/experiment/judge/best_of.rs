//! Best of n: some drafts of one prompt, of which the best by score is taken. The control takes one of the others at random.

use super::{Bench, Draft, Drafts, Standard, Step, any, best, control_stream};
use crate::engine::Llama;
use crate::story::{GenerateError, Settings};
use serde::{Deserialize, Serialize};

/// Which draft was kept, by its place from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeChoice"))]
pub struct ChoiceRecord {
    /// The one with the largest score; in a tie, the first.
    pub judged: usize,
    /// One of the others at random, which costs the same drafts; of a single draft, that one.
    pub control: usize,
}

/// Writes drafts with consecutive seeds from that of the settings, and chooses.
pub struct BestOf<'a> {
    drafts: Drafts<'a>,
    settings: Settings,
    count: usize,
}

impl<'a> BestOf<'a> {
    /// `count`: number of drafts, at least one.
    pub fn new(bench: Bench<'a>, standard: &Standard, settings: Settings, count: u32) -> Self {
        let with_seed = |index| Settings { seed: settings.seed.wrapping_add(index), ..settings.clone() };
        let drafts = Drafts::new(bench, standard, (0..count).map(with_seed).collect());
        Self { drafts, settings, count: count as usize }
    }

    /// See [`Drafts::step`].
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, GenerateError> {
        self.drafts.step(engine)
    }

    /// The share of drafts that are judged.
    pub fn progress(&self) -> f64 {
        self.drafts.done() as f64 / self.count as f64
    }

    /// All drafts, and which of them are kept.
    pub fn finish(self) -> (Vec<Draft>, ChoiceRecord) {
        let drafts = self.drafts.finish();
        let scores: Vec<f64> = drafts.iter().map(|draft| draft.appraisal.score).collect();
        let Settings { seed, prompt, .. } = &self.settings;
        let mut random = control_stream(&format!("best of {} {seed} {prompt}", self.count));
        let judged = best(&scores);
        let control = match drafts.len() {
            1 => judged,
            // Past the judged one, each place is one further on.
            count => {
                let at = any(count - 1, &mut random);
                at + usize::from(at >= judged)
            }
        };
        let choice = ChoiceRecord { judged, control };
        (drafts, choice)
    }
}
