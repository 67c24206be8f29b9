//! Self-evaluation in the experiments' worker: judges items in small steps, and answers questions about the results.

use super::clock;
use super::failure::{Failure, sentence};
use super::page::post;
use crate::engine::Llama;
use crate::experiment::judge::{Bench, Judging, Outcome, Protocol, Step, effects, findings, rank_agreement};
use crate::library::{LibraryNovelty, NoveltySource};
use crate::metrics::Reference;
use crate::model::{ModelInfo, Tokenizer};
use crate::protocol::Code;
use crate::protocol::experiments::{Answer, Finished};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The progress of an item is sent at most this often, in milliseconds.
const TELL_EVERY: f64 = 100.0;

/// The library's worker, asked through the page: a library takes too much memory for one in each worker.
#[derive(Default)]
pub struct RemoteLibrary {
    /// By text: the answer, or none while it is on its way.
    answers: RefCell<BTreeMap<String, Option<LibraryNovelty>>>,
}

impl RemoteLibrary {
    /// Takes an answer that was asked for.
    pub fn receive(&self, text: &str, novelty: LibraryNovelty) {
        if let Some(answer) = self.answers.borrow_mut().get_mut(text) {
            *answer = Some(novelty);
        }
    }

    /// Forgets all questions.
    pub fn clear(&self) {
        self.answers.borrow_mut().clear();
    }
}

impl NoveltySource for RemoteLibrary {
    fn novelty(&self, text: &str) -> Option<LibraryNovelty> {
        let mut answers = self.answers.borrow_mut();
        match answers.get(text) {
            Some(Some(_)) => answers.remove(text)?,
            Some(None) => None,
            None => {
                post(&Answer::AskNovelty { text });
                answers.insert(text.into(), None);
                None
            }
        }
    }
}

/// What judging changed.
pub fn analysed(id: u32, protocol: &Protocol, outcomes: &[Outcome]) -> Answer<'static> {
    let effects = effects(protocol, outcomes);
    Answer::Effects { id, findings: findings(&effects), effects }
}

/// Whether ratings and scores rank the stories alike.
pub fn agreement(id: u32, ratings: Vec<f64>, scores: Vec<f64>) -> Answer<'static> {
    let pairs: Vec<(f64, f64)> = ratings.into_iter().zip(scores).collect();
    match rank_agreement(&pairs) {
        Ok(agreement) => Answer::Agreement { id, agreement: Some(agreement), problem: None },
        Err(error) => Answer::Agreement { id, agreement: None, problem: Some(sentence(&error)) },
    }
}

/// The tools for judging stories.
pub fn bench<'a>(
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    reference: Option<&'a Reference>,
    library: Option<&'a dyn NoveltySource>,
) -> Result<Bench<'a>, Failure> {
    let none = "Stories are compared with human passages, and this page has none for this model.";
    let reference = reference.ok_or_else(|| Failure::new(Code::Settings, none))?;
    Ok(Bench { tokenizer, model, reference, library })
}

/// Checks a protocol for the loaded model.
pub fn check(protocol: &Protocol, bench: &Bench, context: usize) -> Result<(), Failure> {
    protocol.check(bench, context).map_err(|error| Failure::new(Code::Settings, sentence(&error)))
}

/// An item that is being judged.
pub struct Item<'a> {
    id: u32,
    run: usize,
    judging: Judging<'a>,
    told: f64,
}

impl<'a> Item<'a> {
    pub fn begin(id: u32, run: usize, protocol: &Protocol, bench: Bench<'a>) -> Result<Self, Failure> {
        let judging = protocol.begin(bench, run);
        let judging = judging.map_err(|error| Failure::new(Code::Settings, sentence(&error)))?;
        Ok(Self { id, run, judging, told: clock::now() })
    }

    /// Takes a small step.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Step, Failure> {
        let step = self.judging.step(engine)?;
        if clock::now() - self.told > TELL_EVERY {
            self.told = clock::now();
            post(&Answer::Judging { id: self.id, run: self.run, done: self.judging.progress() });
        }
        Ok(step)
    }

    /// Sends the result.
    pub fn finish(self) {
        let Self { id, run, judging, .. } = self;
        match judging.finish() {
            Some(judgement) => post(&Answer::Row { id, row: Finished::Judgement { run, judgement: &judgement } }),
            None => {
                let message = "A story was not finished. Run the experiment again.";
                Failure::new(Code::Panic, message).post(Some(id));
            }
        }
    }
}
