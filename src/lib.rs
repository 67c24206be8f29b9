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
//! | [`story`] | the rooms above, run as one generation |
//! | [`link`] | settings become a link, and a link settings |
//! | [`reading`] | a text that is there is read, and every number of it told |
//! | [`statistics`] | many numbers become a few |
//! | [`experiment`] | many stories answer one question |
//! | `web` | the thin surface towards the browser (WebAssembly only) |
//!
//! The command line is `src/bin/fabula/`; like `web` it has no logic of its own.

pub mod engine;
pub mod experiment;
pub mod library;
pub mod link;
pub mod metrics;
pub mod model;
pub mod reading;
pub mod sampling;
pub mod statistics;
pub mod story;
#[cfg(target_arch = "wasm32")]
pub mod web;
