//! The worker that searches the library.

use super::{Numbers, Source};
use crate::library::{Found, LibraryNovelty};
use crate::metrics::Headlines;
use serde::{Deserialize, Serialize};

/// Page to worker.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Fetches and opens the library of a model.
    Open { manifest_url: String, model: String },
    /// Asks where a text of so many tokens comes from. Coherence stands on its SLOR per word and its surprise as well as on the library.
    Trace { id: u32, text: String, tokens: usize, slor_per_word_bits: Option<f64>, surprise: Option<f64> },
    /// Asks how new a text is, for a worker that judges stories.
    Novelty { id: u32, text: String },
    /// Asks for the books that hold a span.
    Find { id: u32, text: String },
}

/// Worker to page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// The worker listens.
    Hello,
    /// All of it has arrived; unpacking takes some seconds.
    Opening,
    Opened {
        documents: usize,
        books: usize,
        words: usize,
        /// For unpacking alone.
        seconds: f64,
        from: Source,
        kept: bool,
        memory_bytes: f64,
    },
    Traced {
        id: u32,
        spans: Vec<TextSpan>,
        #[serde(flatten)]
        numbers: Numbers,
        seconds: f64,
    },
    Novelty {
        id: u32,
        novelty: LibraryNovelty,
    },
    Found {
        id: u32,
        books: Vec<Found>,
    },
}

/// A span of the text, in UTF-16 units as JavaScript counts.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TextSpan {
    pub start: usize,
    pub end: usize,
    pub words: usize,
    pub occurrences: usize,
}

/// The numbers of a text against the library.
#[derive(Serialize)]
pub struct TracedNumbers {
    #[serde(flatten)]
    pub novelty: LibraryNovelty,
    #[serde(flatten)]
    pub headlines: Option<Headlines>,
}
