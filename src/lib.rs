//! Fabula writes stories with a small transformer and measures them, in a browser tab or on the command line.
//!
//! The code is divided into modules. Data flows one way, and a module uses only those above it in this table:
//!
//! | module | what it does |
//! |---|---|
//! | [`model`] | reads model files, tokenizers and adapters |
//! | [`engine`] | turns tokens into logits |
//! | [`sampling`] | turns logits into the next token |
//! | [`library`] | searches the texts the model was trained on |
//! | [`metrics`] | turns tokens and text into numbers |
//! | [`story`] | turns settings into a story, token by token |
//! | [`link`] | turns settings into a link, and a link into settings |
//! | [`reading`] | measures a given text |
//! | [`statistics`] | turns many numbers into means, intervals and tests |
//! | [`experiment`] | writes many stories to answer one question: sweeps and self-evaluation |
//! | [`protocol`] | the messages between the page and its workers |
//! | `web` | the thin interface to the browser (WebAssembly only) |
//!
//! The command line is `src/bin/fabula/`; like `web` it has no logic of its own.

pub mod engine;
pub mod experiment;
pub mod library;
pub mod link;
pub mod metrics;
pub mod model;
pub mod protocol;
pub mod reading;
pub mod sampling;
pub mod statistics;
pub mod story;
#[cfg(target_arch = "wasm32")]
pub mod web;
