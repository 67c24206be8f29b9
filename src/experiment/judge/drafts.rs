//! Drafts: stories written side by side, each measured and judged, in small steps.

use super::{Appraisal, Standard, Step};
use crate::engine::{Engine, Llama};
use crate::library::NoveltySource;
use crate::link;
use crate::metrics::{EarlierStories, Reference, TokensRead, mean};
use crate::model::{ModelInfo, Tokenizer};
use crate::reading::{Scores, SecondReading, SentenceGain, by_name, scores};
use crate::story::{Batch, Ended, GenerateError, Generation, Settings};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};

/// Stories written at once.
pub const TOGETHER: usize = 8;

/// Everything that stories are written, measured and judged with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    pub tokenizer: &'a Tokenizer,
    pub model: &'a ModelInfo,
    pub reference: &'a Reference,
    /// Without it, novelty is not measured.
    pub library: Option<&'a dyn NoveltySource>,
}

/// A story with all its measurements.
#[derive(Clone, Debug)]
pub struct Draft {
    pub generation: Generation,
    pub scores: Scores,
    /// For every sentence but the first: how much its context helps to predict it.
    pub gains: Vec<SentenceGain>,
    pub appraisal: Appraisal,
}

/// A draft, as it is recorded.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeTold"))]
pub struct Told {
    pub seed: u32,
    pub ended: Ended,
    pub digest: String,
    /// Repeats it, token for token.
    pub link: String,
    pub appraisal: Appraisal,
    /// Every number by name; among them `score` and, from 0 to 1, `relevance`.
    #[cfg_attr(test, ts(as = "BTreeMap<String, Option<f64>>"))]
    pub numbers: Map<String, Value>,
    pub text: String,
}

impl Draft {
    /// Its record.
    pub fn told(&self) -> Told {
        let mut numbers = by_name(&self.scores);
        numbers.insert("score".into(), self.appraisal.score.into());
        numbers.insert("relevance".into(), self.appraisal.relevance.into());
        Told {
            seed: self.generation.settings.seed,
            ended: self.generation.ended,
            digest: self.generation.digest.clone(),
            link: link::of(&self.generation),
            appraisal: self.appraisal.clone(),
            numbers,
            text: self.generation.text.clone(),
        }
    }
}

/// A story whose second reading is under way.
struct Scoring {
    number: usize,
    generation: Generation,
    read: TokensRead,
    second: Option<SecondReading>,
}

/// Writes and judges some stories.
pub struct Drafts<'a> {
    bench: Bench<'a>,
    standard: Standard,
    batch: Batch<'a>,
    waiting: VecDeque<(usize, Settings)>,
    written: VecDeque<(usize, Generation)>,
    scoring: Option<Scoring>,
    /// Stories that were read a second time, and whose novelty is not known yet.
    unjudged: Vec<Scoring>,
    /// By the place of its settings.
    drafts: Vec<Option<Draft>>,
}

impl<'a> Drafts<'a> {
    /// One story for each of the settings.
    pub fn new(bench: Bench<'a>, standard: &Standard, settings: Vec<Settings>) -> Self {
        Self {
            bench,
            standard: standard.clone(),
            batch: Batch::new(bench.tokenizer, bench.model, TOGETHER),
            drafts: settings.iter().map(|_| None).collect(),
            waiting: settings.into_iter().enumerate().collect(),
            written: VecDeque::new(),
            scoring: None,
            unjudged: Vec::new(),
        }
    }

    /// Takes a small step: the next token of all stories that are being written, or a piece of a second reading.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, GenerateError> {
        for scoring in std::mem::take(&mut self.unjudged) {
            self.judge(scoring);
        }
        if let Some(mut scoring) = self.scoring.take() {
            // A sequence of its own: the others may be in the middle of their stories.
            let beside = &mut engine.sequence(TOGETHER + 1);
            beside.adapt(scoring.generation.settings.adapter())?;
            let goes_on = match &mut scoring.second {
                Some(second) => second.step(beside)?.is_some(),
                None => false,
            };
            match goes_on {
                true => self.scoring = Some(scoring),
                false => self.judge(scoring),
            }
        } else if let Some((number, generation)) = self.written.pop_front() {
            let read = generation.read();
            let prompted = !generation.settings.prompt.is_empty();
            let second = SecondReading::new(&read, &generation.text, prompted, self.bench.tokenizer, self.bench.model);
            self.scoring = Some(Scoring { number, generation, read, second });
        } else {
            while self.batch.has_room() {
                let Some((number, settings)) = self.waiting.pop_front() else { break };
                self.batch.begin(engine, number, settings)?;
            }
            if !self.batch.is_empty() {
                for (number, pen) in self.batch.step(engine)? {
                    let generation = pen.finish(&EarlierStories::default(), Some(self.bench.reference));
                    self.written.push_back((number, generation));
                }
            }
        }
        let left = self.drafts.len() - self.done();
        Ok(match left {
            0 => Step::Done,
            _ if left == self.unjudged.len() => Step::Waiting,
            _ => Step::More,
        })
    }

    /// Judges a story after its second reading, or puts it aside until its novelty is known.
    fn judge(&mut self, scoring: Scoring) {
        let novelty = self.bench.library.map(|library| library.novelty(&scoring.generation.text));
        if novelty == Some(None) {
            return self.unjudged.push(scoring);
        }
        let Scoring { number, generation, read, second } = scoring;
        let gains = second.as_ref().map(SecondReading::gains).unwrap_or_default();
        let second = second.map(SecondReading::finish).unwrap_or_default();
        let scores = scores(&read, &generation.text, second, Some(self.bench.reference), novelty.flatten());
        let appraisal = self.standard.appraise(&self.bench, &scores);
        self.drafts[number] = Some(Draft { generation, scores, gains, appraisal });
    }

    /// Drafts that are judged.
    pub fn done(&self) -> usize {
        self.drafts.iter().flatten().count()
    }

    /// The drafts in the order of their settings, after [`Self::step`] has finished.
    pub fn finish(self) -> Vec<Draft> {
        self.drafts.into_iter().flatten().collect()
    }
}

/// The mean of each number, over the drafts that have it.
pub fn mean_numbers(told: &[&Told]) -> BTreeMap<String, f64> {
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, value) in told.iter().flat_map(|told| &told.numbers) {
        values.entry(name).or_default().extend(value.as_f64());
    }
    values.into_iter().filter_map(|(name, values)| Some((name.to_string(), mean(&values)?))).collect()
}
