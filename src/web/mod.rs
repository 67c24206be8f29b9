//! The thin surface towards the browser: a worker that receives messages and answers them.
//!
//! The messages are [`crate::protocol`]'s, from which `www/protocol.d.ts` is generated for the page.

mod adapter;
mod bytes;
mod clock;
mod decoder;
mod download;
mod experiments;
mod failure;
mod judging;
mod library;
mod load;
mod manifest;
mod page;
mod texts;
mod worker;

use wasm_bindgen::prelude::*;

/// Makes this worker answer the page's messages, and says hello. Call once, from a dedicated worker.
#[wasm_bindgen]
pub fn serve() {
    tell_panics();
    worker::start();
}

/// Makes this worker answer the page's questions about the library. Call once, from a dedicated worker.
#[wasm_bindgen]
pub fn serve_library() {
    tell_panics();
    library::start();
}

/// Makes this worker answer what the experiments ask for, and says hello. Call once, from a dedicated worker.
#[wasm_bindgen]
pub fn serve_experiments() {
    tell_panics();
    experiments::start();
}

fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        page::post(&crate::protocol::Report::panic(&panic.to_string()));
    }));
}
