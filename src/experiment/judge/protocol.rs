//! The experiment: prompts and seeds, and what is done with each.

use super::drafts::mean_numbers;
use super::{
    Bench, BestOf, ChoiceRecord, LeftOut, Outcome, Revise, Round, Standard, Step, Told, Weights, WeightsError,
};
use crate::engine::Llama;
use crate::story::{GenerateError, Pen, Settings, SettingsError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of drafts per prompt, of redrafts per round, and of rounds.
const MOST: u32 = 64;
/// Maximum number of items in an experiment.
const MOST_ITEMS: usize = 100_000;

/// How the model judges itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeMethod"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Method {
    /// See [`BestOf`].
    BestOf { drafts: u32 },
    /// See [`Revise`].
    Revise { redrafts: u32, rounds: u32 },
}

/// Everything that determines the judgements. Item i has prompt i / seeds. Its first seed is `base.seed` plus (i % seeds) times the
/// number of seeds that an item uses, so that no two items of a prompt share a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeProtocol"))]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    pub base: Settings,
    /// If empty, the prompt of the settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
    /// Items per prompt.
    pub seeds: u32,
    #[serde(default)]
    pub weights: Weights,
    pub method: Method,
}

/// Why an experiment cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    #[error("the number of {name} must be from 1 to {MOST}, not {count}")]
    Count { name: &'static str, count: u32 },
    #[error("an experiment needs at least one seed")]
    NoSeeds,
    #[error("this experiment would have more than {MOST_ITEMS} stories; use fewer prompts or seeds")]
    TooLarge,
    #[error("prompt {number} ({prompt:?}): {error}")]
    Prompt { number: usize, prompt: String, error: GenerateError },
    #[error("the prompt {0:?} is given twice")]
    PromptTwice(String),
    #[error("a self-evaluation does not support adapters; leave it out")]
    Adapter,
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Weights(#[from] WeightsError),
}

impl Protocol {
    /// Checks what can be checked without a model.
    pub fn check_numbers(&self) -> Result<(), ProtocolError> {
        let counts = match self.method {
            Method::BestOf { drafts } => vec![("drafts", drafts)],
            Method::Revise { redrafts, rounds } => vec![("redrafts", redrafts), ("rounds", rounds)],
        };
        if let Some((name, count)) = counts.into_iter().find(|(_, count)| !(1..=MOST).contains(count)) {
            return Err(ProtocolError::Count { name, count });
        }
        if self.seeds == 0 {
            return Err(ProtocolError::NoSeeds);
        }
        if self.prompts().len().checked_mul(self.seeds as usize).is_none_or(|items| items > MOST_ITEMS) {
            return Err(ProtocolError::TooLarge);
        }
        // Prompts are the units of the tests: one given twice would count twice.
        let mut seen = BTreeSet::new();
        if let Some(prompt) = self.prompts.iter().find(|prompt| !seen.insert(*prompt)) {
            return Err(ProtocolError::PromptTwice(prompt.clone()));
        }
        if self.base.adapter.is_some() {
            return Err(ProtocolError::Adapter);
        }
        self.base.check()?;
        Ok(self.weights.check()?)
    }

    /// Checks everything for a model whose engine has this context length.
    pub fn check(&self, bench: &Bench, context: usize) -> Result<(), ProtocolError> {
        self.check_numbers()?;
        for (index, prompt) in self.prompts().iter().enumerate() {
            Standard::new(&self.weights, bench, !prompt.is_empty())?;
            let settings = Settings { prompt: prompt.clone(), ..self.base.clone() };
            if let Err(error) = Pen::new(context, bench.tokenizer, bench.model, settings) {
                let prompt = prompt.chars().take(40).collect();
                return Err(ProtocolError::Prompt { number: index + 1, prompt, error });
            }
        }
        Ok(())
    }

    /// The prompts, at least one.
    pub fn prompts(&self) -> &[String] {
        if self.prompts.is_empty() { std::slice::from_ref(&self.base.prompt) } else { &self.prompts }
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.prompts().len() * self.seeds as usize
    }

    /// Settings of an item's first story.
    pub fn settings(&self, item: usize) -> Settings {
        let (prompt, index) = (item / self.seeds as usize, (item % self.seeds as usize) as u32);
        let each = match self.method {
            Method::BestOf { drafts } => drafts,
            Method::Revise { .. } => 1,
        };
        let seed = self.base.seed.wrapping_add(index.wrapping_mul(each));
        Settings { prompt: self.prompts()[prompt].clone(), seed, ..self.base.clone() }
    }

    /// Begins an item.
    pub fn begin<'a>(&self, bench: Bench<'a>, item: usize) -> Result<Judging<'a>, WeightsError> {
        let settings = self.settings(item);
        let standard = Standard::new(&self.weights, &bench, !settings.prompt.is_empty())?;
        let work = match self.method {
            Method::BestOf { drafts } => Work::BestOf(Box::new(BestOf::new(bench, &standard, settings, drafts))),
            Method::Revise { redrafts, rounds } => {
                Work::Revise(Box::new(Revise::new(bench, &standard, settings, redrafts, rounds)))
            }
        };
        Ok(Judging { item, prompt: item / self.seeds as usize, left_out: standard.left_out().to_vec(), work })
    }
}

enum Work<'a> {
    BestOf(Box<BestOf<'a>>),
    Revise(Box<Revise<'a>>),
}

/// An item under way.
pub struct Judging<'a> {
    item: usize,
    prompt: usize,
    left_out: Vec<LeftOut>,
    work: Work<'a>,
}

/// The result of an item.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Judgement {
    pub item: usize,
    /// Place of the prompt, from 0.
    pub prompt: usize,
    pub prompt_text: String,
    /// Criteria left out of the score.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub left_out: Vec<LeftOut>,
    /// The story chosen by score.
    pub judged: Told,
    /// A story that was chosen at random, with the same compute.
    pub control: Told,
    /// The mean number of the drafts that were not judged the best, from which the control is chosen; or, for information, the number of
    /// the story before it was revised.
    pub baseline: BTreeMap<String, f64>,
    pub process: Process,
}

/// How the stories were chosen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeProcess"))]
#[serde(rename_all = "snake_case")]
pub enum Process {
    BestOf { drafts: Vec<Told>, chosen: ChoiceRecord },
    Revise { before: Box<Told>, judged: Vec<Round>, control: Vec<Round> },
}

impl Judging<'_> {
    /// Does a small part (a token of every open story, or some tokens of a reading). An engine works on one item at a time.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, GenerateError> {
        match &mut self.work {
            Work::BestOf(work) => work.step(engine),
            Work::Revise(work) => work.step(engine),
        }
    }

    /// Approximate share that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        match &self.work {
            Work::BestOf(work) => work.progress(),
            Work::Revise(work) => work.progress(),
        }
    }

    /// The finished rounds, by score and at random; none for best of n.
    pub fn rounds(&self) -> (&[Round], &[Round]) {
        match &self.work {
            Work::BestOf(_) => (&[], &[]),
            Work::Revise(work) => work.rounds(),
        }
    }

    /// The record; none before [`Self::step`] has finished.
    pub fn finish(self) -> Option<Judgement> {
        let Self { item, prompt, left_out, work } = self;
        let (judged, control, baseline, process, settings) = match work {
            Work::BestOf(work) => {
                let (drafts, chosen) = work.finish();
                let settings = drafts.first()?.generation.settings.clone();
                let told: Vec<Told> = drafts.iter().map(|draft| draft.told()).collect();
                let (judged, control) = (told[chosen.judged].clone(), told[chosen.control].clone());
                let others: Vec<&Told> = told.iter().filter(|one| told.len() == 1 || one.seed != judged.seed).collect();
                let baseline = mean_numbers(&others);
                (judged, control, baseline, Process::BestOf { drafts: told, chosen }, settings)
            }
            Work::Revise(work) => {
                let (before, judged, control) = work.finish()?;
                let told = before.told();
                let baseline = mean_numbers(&[&told]);
                let (judged_story, control_story) = (judged.story().told(), control.story().told());
                let (judged, control) = (judged.rounds().to_vec(), control.rounds().to_vec());
                let process = Process::Revise { before: Box::new(told), judged, control };
                (judged_story, control_story, baseline, process, before.generation.settings)
            }
        };
        Some(Judgement { item, prompt, prompt_text: settings.prompt, left_out, judged, control, baseline, process })
    }
}

impl Judgement {
    /// The part that the analysis needs.
    pub fn outcome(&self) -> Outcome {
        Outcome::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_by_hand() {
        let protocol = |method| Protocol {
            base: Settings { seed: 10, ..Settings::default() },
            prompts: vec!["a".into(), "b".into()],
            seeds: 3,
            weights: Weights::default(),
            method,
        };
        let best_of = protocol(Method::BestOf { drafts: 8 });
        let told = |protocol: &Protocol, item| {
            let Settings { prompt, seed, .. } = protocol.settings(item);
            (prompt, seed)
        };
        assert_eq!(best_of.items(), 6);
        assert_eq!(told(&best_of, 0), ("a".into(), 10));
        assert_eq!(told(&best_of, 2), ("a".into(), 26), "after two items of eight drafts");
        assert_eq!(told(&best_of, 3), ("b".into(), 10));
        let revise = protocol(Method::Revise { redrafts: 6, rounds: 4 });
        assert_eq!(told(&revise, 5), ("b".into(), 12));
        let bare = Protocol { prompts: Vec::new(), ..revise };
        assert_eq!((bare.items(), bare.settings(0).prompt), (3, Settings::default().prompt));
    }

    #[test]
    fn protocols_are_json() {
        let json = serde_json::json!({
            "base": {"prompt": "p", "temperature": 1.0, "top_p": 1.0, "seed": 1, "length": 9},
            "seeds": 2,
            "method": {"revise": {"redrafts": 3, "rounds": 2}},
        });
        let protocol: Protocol = serde_json::from_value(json).unwrap();
        assert_eq!(protocol.weights, Weights::default());
        assert_eq!(protocol.method, Method::Revise { redrafts: 3, rounds: 2 });
        let again = serde_json::to_value(&protocol).unwrap();
        assert_eq!(serde_json::from_value::<Protocol>(again).unwrap(), protocol);
    }
}
