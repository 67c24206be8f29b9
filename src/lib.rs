//! Fabula writes stories with a small transformer and measures them, in a browser tab or on the command line.
//!
//! The house is read top to bottom; data flows one way, and a room uses only the rooms above it:
//!
//! | room | what happens there |
//! |---|---|
//! | [`model`] | files on disk become weights, a tokenizer and the facts about them |
//! | [`engine`] | weights and tokens become logits |
//! | [`sampling`] | logits become the next token |
//! | [`library`] | the texts that the model has read: what a text shares with them |
//! | [`metrics`] | tokens and text become numbers |
//! | [`story`] | settings become a story, token by token |
//! | [`link`] | settings become a link, and a link settings |
//! | [`reading`] | an existing text becomes its scores |
//! | [`statistics`] | many numbers become means, intervals and tests |
//! | [`experiment`] | many stories answer one question: sweeps and self-evaluation |
//! | [`protocol`] | the messages between the page and its workers |
//! | `web` | the thin surface towards the browser (WebAssembly only) |
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
