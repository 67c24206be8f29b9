//! The messages between page and worker, as plain objects with a field "type".

use super::adapter::AdapterFacts;
use crate::engine::{ENGINE_NAME, ENGINE_REVISION};
use crate::link::LinkRead;
use crate::metrics::{Described, Headlines, Lines, Metrics, Reference, described};
use crate::model::Tokenizer;
use crate::reading::{by_name, percentiles};
use crate::sampling::{self, Candidate, Explanation};
use crate::statistics::Estimate;
use crate::story::{Generation, Limits, Settings, Story, Written};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// Reads a part of a message in a function of its own: as often as it is asked for, it is in the module only once.
#[inline(never)]
pub fn apart<'a, Part: Deserialize<'a>, Source: serde::Deserializer<'a>>(
    source: Source,
) -> Result<Part, Source::Error> {
    Part::deserialize(source)
}

/// Reads a Uint8Array. Until its "type" is known a message is kept as plain data, so that a JavaScript object would not get through.
fn bytes<'a, Source: serde::Deserializer<'a>>(source: Source) -> Result<Vec<u8>, Source::Error> {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a Uint8Array")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
    source.deserialize_byte_buf(Bytes)
}

/// Page to worker.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Load {
        manifest_url: String,
        model: Option<String>,
    },
    Generate {
        id: u32,
        #[serde(deserialize_with = "apart")]
        settings: Settings,
        earlier: Vec<String>,
    },
    Stop {
        id: u32,
    },
    ReadLink {
        fragment: String,
    },
    WriteLink {
        #[serde(deserialize_with = "apart")]
        settings: Settings,
        digest: Option<String>,
    },
    /// Reads an adapter from files of the reader's own; see [`Answer::AdapterReady`].
    OpenAdapter {
        id: u32,
        /// For people.
        name: String,
        /// adapter_config.json
        #[serde(deserialize_with = "bytes")]
        config: Vec<u8>,
        /// adapter_model.safetensors
        #[serde(deserialize_with = "bytes")]
        weights: Vec<u8>,
    },
    /// Asks for the means of some lists of numbers, with their intervals.
    Means {
        id: u32,
        lists: Vec<Vec<f64>>,
    },
    /// Asks what the model considers at one place of a story, and what a chain makes of it.
    Look(Look),
    /// Asks for the tokens of a text in the middle of a story.
    Encode {
        id: u32,
        text: String,
    },
}

/// See [`Request::Look`].
#[derive(Deserialize)]
pub struct Look {
    pub id: u32,
    #[serde(deserialize_with = "apart")]
    pub story: Story,
    /// Place among the generated tokens.
    pub position: usize,
    /// Of these only the chain counts.
    #[serde(deserialize_with = "apart")]
    pub chain: Settings,
}

/// Worker to page.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer<'a> {
    Hello {
        engine: EngineFacts,
        defaults: Settings,
        limits: Limits,
        chain: sampling::ChainDescription,
        metrics: Vec<Described>,
    },
    Progress {
        loaded: usize,
        total: usize,
        from: Source,
    },
    Ready {
        model: ModelFacts,
        seconds: f64,
        from: Source,
        kept: bool,
        /// What multiplies the integers.
        kernel: &'static str,
        /// See [`memory_bytes`].
        memory_bytes: f64,
        note: Option<String>,
        problem: Option<String>,
        /// By metric: where people's range begins and ends, in passages of a usual length.
        bands: BTreeMap<String, (f64, f64)>,
        /// The library that can be fetched for this model.
        library: Option<LibraryFacts>,
        /// Adapters that can be fetched for this model.
        adapters: Vec<AdapterFacts>,
    },
    /// Bytes of an adapter that have arrived.
    AdapterProgress {
        adapter: &'a str,
        loaded: usize,
        total: usize,
    },
    /// Files of the reader's own are an adapter, and ready.
    AdapterReady {
        id: u32,
        adapter: AdapterFacts,
    },
    Started {
        id: u32,
        prompt_tokens: usize,
    },
    /// What has been written since the last message.
    Tokens {
        id: u32,
        #[serde(flatten)]
        tokens: &'a Tokens,
    },
    Metrics {
        id: u32,
        #[serde(flatten)]
        numbers: Numbers,
    },
    Done {
        id: u32,
        #[serde(flatten)]
        generation: &'a Generation,
        #[serde(flatten)]
        numbers: Numbers,
        link: String,
        seconds: f64,
        tokens_per_second: f64,
        /// See [`memory_bytes`].
        memory_bytes: f64,
    },
    /// How far the second reading of a finished story is, from 0 to 1.
    Measuring {
        id: u32,
        done: f64,
    },
    /// What the second reading found, and of a story by an adapter what the model without it says; nothing, where it could not be made.
    Measured {
        id: u32,
        #[serde(flatten)]
        numbers: Numbers,
    },
    Means {
        id: u32,
        means: Vec<Option<Estimate>>,
    },
    Looked {
        id: u32,
        position: usize,
        candidates: Vec<Named>,
        chosen: Option<Named>,
        stages: Vec<sampling::StageReport>,
        vocabulary: u32,
        kept: u32,
        entropy_bits: f64,
        chained_entropy_bits: f64,
        chain_milliseconds: f64,
    },
    /// Why a place cannot be looked at.
    NotLooked {
        id: u32,
        message: String,
    },
    Encoded {
        id: u32,
        token_ids: Vec<u32>,
    },
    Link {
        fragment: String,
    },
    LinkRead(LinkRead),
    Error {
        id: Option<u32>,
        code: Code,
        message: String,
    },
}

/// Some tokens of a story in a row, a list for each of their facts; see [`Written`]. Many at once, since a browser takes longer to
/// hand over a message than the engine to write a token.
#[derive(Default, Serialize)]
pub struct Tokens {
    /// Place of the first among the generated tokens.
    first: usize,
    token_ids: Vec<u32>,
    token_texts: Vec<String>,
    surprisal_bits: Vec<f64>,
    entropy_bits: Vec<f64>,
    ranks: Vec<u32>,
    forced: Vec<bool>,
}

impl Tokens {
    /// Adds the next one.
    pub fn push(&mut self, written: &Written) {
        if self.token_ids.is_empty() {
            self.first = written.index;
        }
        self.token_ids.push(written.token);
        self.token_texts.push(written.text.clone());
        self.surprisal_bits.push(written.surprisal_bits);
        self.entropy_bits.push(written.entropy_bits);
        self.ranks.push(written.rank);
        self.forced.push(written.forced);
    }

    /// Sends those that there are, and begins anew.
    pub fn send(&mut self, id: u32) {
        let tokens = std::mem::take(self);
        if !tokens.token_ids.is_empty() {
            post(&Answer::Tokens { id, tokens: &tokens });
        }
    }
}

/// Numbers by name, and where they fall among people's passages of that length.
#[derive(Default, Serialize)]
pub struct Numbers {
    numbers: Map<String, Value>,
    percentiles: BTreeMap<String, f64>,
}

impl Numbers {
    /// The numbers of a struct, for a text of so many tokens.
    pub fn new(numbers: &impl Serialize, tokens: usize, reference: Option<&Reference>) -> Self {
        Self::named(by_name(numbers), tokens, reference)
    }

    /// Numbers that have their names, of a text of so many tokens.
    pub fn named(numbers: Map<String, Value>, tokens: usize, reference: Option<&Reference>) -> Self {
        let percentiles = reference.map(|reference| percentiles(&numbers, tokens, reference)).unwrap_or_default();
        Self { numbers, percentiles }
    }

    /// What can be measured while a story is written.
    pub fn of_story(metrics: &Metrics, text: &str, reference: Option<&Reference>) -> Self {
        let mut numbers = by_name(metrics);
        numbers.append(&mut by_name(&Lines::new(text)));
        let mut all = Self::named(numbers, metrics.tokens, reference);
        if let Some(reference) = reference {
            all.numbers.append(&mut by_name(&Headlines::new(metrics, reference)));
        }
        all
    }
}

/// A candidate with its text.
#[derive(Serialize)]
pub struct Named {
    #[serde(flatten)]
    candidate: Candidate,
    /// Incomplete characters as U+FFFD.
    text: String,
}

/// See [`Answer::Looked`].
pub fn looked(
    id: u32,
    position: usize,
    explanation: Explanation,
    tokenizer: &Tokenizer,
    chain_milliseconds: f64,
) -> Answer<'static> {
    let named = |candidate: Candidate| {
        let text = String::from_utf8_lossy(tokenizer.token_bytes(candidate.token)).into_owned();
        Named { candidate, text }
    };
    Answer::Looked {
        id,
        position,
        candidates: explanation.candidates.into_iter().map(named).collect(),
        chosen: explanation.chosen.map(named),
        stages: explanation.stages,
        vocabulary: explanation.vocabulary,
        kept: explanation.kept,
        entropy_bits: explanation.entropy_bits,
        chained_entropy_bits: explanation.chained_entropy_bits,
        chain_milliseconds,
    }
}

/// What went wrong, for the page's own decisions; the message is for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Network,
    Offline,
    Corrupt,
    Memory,
    Manifest,
    PromptTooLong,
    Settings,
    Model,
    Adapter,
    Busy,
    Panic,
}

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Network,
    Cache,
}

/// A library that waits on the server.
#[derive(Serialize)]
pub struct LibraryFacts {
    pub bytes: usize,
    pub sha256: String,
}

/// The engine, by name and revision.
#[derive(Serialize)]
pub struct EngineFacts {
    name: &'static str,
    revision: u32,
}

/// The loaded model, for people.
#[derive(Serialize)]
pub struct ModelFacts {
    pub name: String,
    pub hash8: String,
    pub title: String,
    pub bytes: usize,
    pub context: usize,
    pub parameters: usize,
    pub vocabulary: usize,
}

impl Default for EngineFacts {
    fn default() -> Self {
        Self { name: ENGINE_NAME, revision: ENGINE_REVISION }
    }
}

impl Answer<'_> {
    pub fn hello() -> Self {
        Answer::Hello {
            engine: EngineFacts::default(),
            defaults: Settings::default(),
            limits: Settings::LIMITS,
            chain: sampling::description(),
            metrics: described(),
        }
    }

    pub fn panic(what: &str) -> Self {
        let what = what.lines().nth(1).unwrap_or(what);
        let message = format!(
            "The program in this page stopped because of a mistake of ours ({what}). Your text is still here: start again."
        );
        Answer::Error { id: None, code: Code::Panic, message }
    }
}

/// Bytes of the module's memory, which never shrinks.
pub fn memory_bytes() -> f64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length().into()
}

/// This worker.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends an answer to the page.
pub fn post(answer: &impl Serialize) {
    let value = answer.serialize(&serde_wasm_bindgen::Serializer::json_compatible());
    // Neither serializing our own types nor posting plain data can fail; if it does, the console says so.
    if let Err(error) = value.map_err(JsValue::from).and_then(|value| scope().post_message(&value)) {
        wasm_bindgen::throw_val(error);
    }
}
