//! The thin surface towards the browser: a worker that receives messages and answers them.
//!
//! `www/protocol.d.ts` lists the messages; [`messages`] is their Rust side.

mod bytes;
mod clock;
mod decoder;
mod download;
mod load;
mod messages;
mod worker;

use wasm_bindgen::prelude::*;

/// Makes this worker answer the page's messages, and says hello. Call once, from a dedicated worker.
#[wasm_bindgen]
pub fn serve() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        messages::post(&messages::Answer::panic(&panic.to_string()));
    }));
    worker::start();
}
