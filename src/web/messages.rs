//! The messages between page and worker, as plain objects with a field "type".

use crate::engine::{ENGINE_NAME, ENGINE_REVISION, Kernel};
use crate::experiment::{Generation, Limits, Settings, Written};
use crate::link::LinkRead;
use crate::metrics::Metrics;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// Page to worker.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Load { manifest_url: String, model: Option<String> },
    Generate { id: u32, settings: Settings, earlier: Vec<String> },
    Stop { id: u32 },
    ReadLink { fragment: String },
    WriteLink { settings: Settings, digest: Option<String> },
}

/// Worker to page.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer<'a> {
    Hello {
        engine: EngineFacts,
        defaults: Settings,
        limits: Limits,
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
        /// See [`memory_bytes`].
        memory_bytes: f64,
        note: Option<String>,
        problem: Option<String>,
    },
    Started {
        id: u32,
        prompt_tokens: usize,
    },
    Token {
        id: u32,
        #[serde(flatten)]
        written: &'a Written,
    },
    Metrics {
        id: u32,
        metrics: Metrics,
    },
    Done {
        id: u32,
        #[serde(flatten)]
        generation: &'a Generation,
        link: String,
        seconds: f64,
        tokens_per_second: f64,
        /// See [`memory_bytes`].
        memory_bytes: f64,
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

/// The engine, by name and revision.
#[derive(Serialize)]
pub struct EngineFacts {
    name: &'static str,
    revision: u32,
    kernel: &'static str,
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

impl Answer<'_> {
    pub fn hello() -> Self {
        Answer::Hello {
            engine: EngineFacts { name: ENGINE_NAME, revision: ENGINE_REVISION, kernel: Kernel::best().name() },
            defaults: Settings::default(),
            limits: Settings::LIMITS,
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
pub fn post(answer: &Answer) {
    let value = answer.serialize(&serde_wasm_bindgen::Serializer::json_compatible());
    // Neither serializing our own types nor posting plain data can fail; if it does, the console says so.
    if let Err(error) = value.map_err(JsValue::from).and_then(|value| scope().post_message(&value)) {
        wasm_bindgen::throw_val(error);
    }
}
