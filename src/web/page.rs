//! The page at the other end: messages come from it and go to it.

use crate::protocol::{Code, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

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

/// Hands on what the page asks for, from now on. `what`: what a message holds, to say so of one that cannot be read.
pub fn listen<Request: DeserializeOwned>(what: &'static str, mut answer: impl FnMut(Request) + 'static) {
    let receive = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match serde_wasm_bindgen::from_value(event.data()) {
            Ok(request) => answer(request),
            Err(error) => {
                let id = js_sys::Reflect::get(&event.data(), &"id".into()).ok().and_then(|id| id.as_f64());
                let message = format!("The {what} could not be read: {error}.");
                post(&Report::Error { id: id.map(|id| id as u32), code: Code::Settings, message });
            }
        }
    });
    scope().set_onmessage(Some(receive.as_ref().unchecked_ref()));
    receive.forget();
}

/// Bytes of the module's memory, which never shrinks.
pub fn memory_bytes() -> f64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length().into()
}
