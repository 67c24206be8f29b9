//! Self-evaluation in the experiments' worker: items that are judged a step at a time, and questions about what came of them.

use super::clock;
use super::download::Failure;
use super::messages::{Answer, Code, apart, post};
use super::worker::{failure, sentence};
use crate::engine::Llama;
use crate::experiment::judge::{
    Bench, Effects, Judgement, Judging, Outcome, Protocol, RankAgreement, effects, findings, rank_agreement,
};
use crate::experiment::link::{JudgeRead, read_judge, write_judge};
use crate::experiment::sweep_digest;
use crate::library::Library;
use crate::link;
use crate::metrics::Reference;
use crate::model::{ModelInfo, Tokenizer};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// How far an item is reaches the page at most this often, in milliseconds.
const TELL_EVERY: f64 = 100.0;

/// Page to worker: what needs no model.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Question {
    /// Asks whether a protocol can be run, as far as that can be said without a model.
    CheckJudge {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
    },
    /// Asks what judging did.
    AnalyseJudgements {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
        #[serde(deserialize_with = "apart")]
        outcomes: Vec<Outcome>,
    },
    /// Asks whether a reader's ratings (1 to 5) and the score put the same stories into the same order.
    Agreement {
        id: u32,
        ratings: Vec<f64>,
        scores: Vec<f64>,
    },
    ReadJudgeLink {
        id: u32,
        fragment: String,
    },
    /// `digests`: those of the judged stories in the order of their items, if all are there.
    WriteJudgeLink {
        id: u32,
        #[serde(deserialize_with = "apart")]
        protocol: Protocol,
        model: Option<String>,
        digests: Option<Vec<String>>,
    },
}

/// Worker to page.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said<'a> {
    /// How far an item is, about, from 0 to 1.
    Judging {
        id: u32,
        run: usize,
        done: f64,
    },
    Row {
        id: u32,
        row: Numbered<'a>,
    },
    JudgeChecked {
        id: u32,
        problem: Option<String>,
    },
    Effects {
        id: u32,
        effects: Effects,
        findings: Vec<String>,
    },
    Agreement {
        id: u32,
        agreement: Option<RankAgreement>,
        problem: Option<String>,
    },
    JudgeLinkRead {
        id: u32,
        #[serde(flatten)]
        read: JudgeRead,
    },
    JudgeLink {
        id: u32,
        fragment: String,
        digest: Option<String>,
    },
}

/// A judgement as a row of an experiment.
#[derive(Serialize)]
struct Numbered<'a> {
    run: usize,
    #[serde(flatten)]
    judgement: &'a Judgement,
}

impl Question {
    /// Reads a message, if it is such a question by its type.
    pub fn read(message: JsValue) -> Option<Result<Self, serde_wasm_bindgen::Error>> {
        const TYPES: [&str; 5] =
            ["check_judge", "analyse_judgements", "agreement", "read_judge_link", "write_judge_link"];
        let kind = js_sys::Reflect::get(&message, &"type".into()).ok()?.as_string()?;
        TYPES.contains(&kind.as_str()).then(|| serde_wasm_bindgen::from_value(message))
    }

    pub fn answer(self) {
        post(&match self {
            Self::CheckJudge { id, protocol } => {
                Said::JudgeChecked { id, problem: protocol.check_numbers().err().map(|error| sentence(&error)) }
            }
            Self::AnalyseJudgements { id, protocol, outcomes } => {
                let effects = effects(&protocol, &outcomes);
                Said::Effects { id, findings: findings(&effects), effects }
            }
            Self::Agreement { id, ratings, scores } => {
                let pairs: Vec<(f64, f64)> = ratings.into_iter().zip(scores).collect();
                match rank_agreement(&pairs) {
                    Ok(agreement) => Said::Agreement { id, agreement: Some(agreement), problem: None },
                    Err(error) => Said::Agreement { id, agreement: None, problem: Some(sentence(&error)) },
                }
            }
            Self::ReadJudgeLink { id, fragment } => Said::JudgeLinkRead { id, read: read_judge(&fragment) },
            Self::WriteJudgeLink { id, protocol, model, digests } => {
                let digest = digests.map(|digests| sweep_digest(digests.iter().map(String::as_str)));
                Said::JudgeLink { id, fragment: write_judge(&protocol, model.as_deref(), digest.as_deref()), digest }
            }
        });
    }
}

/// What stories are judged with.
pub fn bench<'a>(
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    reference: Option<&'a Reference>,
    library: Option<&'a Library>,
) -> Result<Bench<'a>, Failure> {
    let none = "A story is judged against people's passages, and there are none for this model on this page.";
    let reference = reference.ok_or_else(|| Failure::new(Code::Settings, none))?;
    Ok(Bench { tokenizer, model, reference, library, link: link::of })
}

/// Checks a protocol for the model that is loaded.
pub fn check(protocol: &Protocol, bench: &Bench, context: usize) -> Result<(), Failure> {
    protocol.check(bench, context).map_err(|error| Failure::new(Code::Settings, sentence(&error)))
}

/// An item under way.
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

    /// Goes on a little; false at the end.
    pub fn step(&mut self, engine: &mut Llama) -> Result<bool, Failure> {
        let goes_on = self.judging.step(engine).map_err(failure)?;
        if clock::now() - self.told > TELL_EVERY {
            self.told = clock::now();
            post(&Said::Judging { id: self.id, run: self.run, done: self.judging.progress() });
        }
        Ok(goes_on)
    }

    /// Tells what came of it.
    pub fn finish(self) {
        let Self { id, run, judging, .. } = self;
        match judging.finish() {
            Some(judgement) => post(&Said::Row { id, row: Numbered { run, judgement: &judgement } }),
            None => {
                let message = "A story was not finished. Run the experiment again.".into();
                post(&Answer::Error { id: Some(id), code: Code::Panic, message });
            }
        }
    }
}
