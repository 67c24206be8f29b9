//! What several workers say.

use crate::engine::{ENGINE_NAME, ENGINE_REVISION};
use serde::Serialize;
use std::collections::BTreeMap;

/// What any worker may say.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Report {
    /// How much of the files has arrived, in bytes.
    Progress { loaded: usize, total: usize, from: Source },
    /// `id`: the request that failed, where it is one that has an id.
    Error { id: Option<u32>, code: Code, message: String },
}

/// What a worker that loads a model says of it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ModelReport<'a> {
    Ready {
        model: Box<ModelFacts>,
        seconds: f64,
        from: Source,
        kept: bool,
        /// What multiplies the integers.
        kernel: &'static str,
        /// Bytes of the module's memory.
        memory_bytes: f64,
        note: Option<String>,
        problem: Option<String>,
        /// By metric: where the human range begins and ends, in passages of the default length.
        bands: BTreeMap<String, (f64, f64)>,
        /// The library that can be fetched for this model.
        library: Option<LibraryFacts>,
        /// Adapters that can be fetched for this model.
        adapters: Vec<AdapterFacts>,
    },
    /// Bytes of an adapter that have arrived.
    AdapterProgress { adapter: &'a str, loaded: usize, total: usize },
    /// An adapter was freed to make room for another.
    AdapterFreed { adapter: &'a str },
}

impl Report {
    /// What a crash is reported with; `what`: the panic's own message.
    pub fn panic(what: &str) -> Self {
        let what = what.lines().nth(1).unwrap_or(what);
        let message = format!(
            "The program in this page stopped because of a mistake of ours ({what}). Your text is still here: start again."
        );
        Self::Error { id: None, code: Code::Panic, message }
    }
}

/// What went wrong, for the page's own decisions; the message is for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ErrorCode"))]
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
    /// The adapter of a story is not loaded: the page has not given its files, or another adapter has taken its place.
    NoAdapter,
    /// A newer request took its place.
    Replaced,
    Panic,
}

/// Where a file came from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Network,
    Cache,
}

/// An adapter that can be fetched, or was opened.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "AdapterDescription"))]
pub struct AdapterFacts {
    /// `NAME@HASH8`.
    pub id: String,
    pub title: String,
    /// Bytes to fetch.
    pub bytes: usize,
}

/// A library that waits on the server.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LibraryFacts {
    pub bytes: usize,
    pub sha256: String,
}

/// The loaded model, for people.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ModelDescription"))]
pub struct ModelFacts {
    pub name: String,
    pub hash8: String,
    pub title: String,
    pub bytes: usize,
    pub context: usize,
    pub parameters: usize,
    pub vocabulary: usize,
}

/// The engine, by name and revision.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineFacts {
    name: &'static str,
    revision: u32,
}

impl Default for EngineFacts {
    fn default() -> Self {
        Self { name: ENGINE_NAME, revision: ENGINE_REVISION }
    }
}
