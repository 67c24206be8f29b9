//! The messages between the page and its workers: pure data, without a browser. Each is a plain object with a field "type".
//!
//! Every worker has a file with what it is asked ([`stories::Request`]) and what it answers ([`stories::Answer`]). Beside its own
//! answers each worker sends [`Report`]s; those that load a model send [`ModelReport`]s too. [`queue`] is the order in which the
//! worker that writes stories does what it is asked.

pub mod experiments;
pub mod library;
mod numbers;
pub mod queue;
mod read;
mod report;
pub mod stories;
#[cfg(test)]
mod typescript;

pub use numbers::Numbers;
pub use report::{AdapterFacts, Code, EngineFacts, LibraryFacts, ModelFacts, ModelReport, Report, Source};
