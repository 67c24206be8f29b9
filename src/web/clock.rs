//! Time, for the reader and for yielding. No result depends on it.

use super::failure::Failure;
use super::page::scope;
use crate::protocol::Code;
use js_sys::{Function, Promise};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Milliseconds since the worker started.
pub fn now() -> f64 {
    scope().performance().map_or(0.0, |performance| performance.now())
}

/// A turn is taken at most this often, in milliseconds: about once a frame. One after every token took a fifth of the time, and nobody
/// notices that "Stop" is heard so much later. Where a token takes longer, every token ends with a turn.
const TURN_EVERY: f64 = 16.0;

/// Lets other messages in between two tokens. A message to ourselves, because timers wait 4 ms or more.
pub struct Turns {
    latest: Cell<f64>,
    channel: MessageChannel,
    waiting: Rc<RefCell<Option<Function>>>,
    _receive: Closure<dyn FnMut()>,
}

impl Turns {
    pub fn new() -> Result<Self, Failure> {
        let refused = "The browser refuses a message channel. Reload the page.";
        let channel = MessageChannel::new().map_err(|_| Failure::new(Code::Panic, refused))?;
        let waiting: Rc<RefCell<Option<Function>>> = Rc::default();
        let receive = Closure::<dyn FnMut()>::new({
            let waiting = waiting.clone();
            move || {
                if let Some(resolve) = waiting.borrow_mut().take() {
                    let _ = resolve.call0(&JsValue::NULL);
                }
            }
        });
        channel.port1().set_onmessage(Some(receive.as_ref().unchecked_ref()));
        Ok(Self { latest: Cell::new(f64::NEG_INFINITY), channel, waiting, _receive: receive })
    }

    /// Resolves in the event loop's next turn, or at once where the latest was a moment ago.
    pub async fn next(&self) -> Result<(), Failure> {
        if now() - self.latest.get() < TURN_EVERY {
            return Ok(());
        }
        let promise = Promise::new(&mut |resolve, _| {
            *self.waiting.borrow_mut() = Some(resolve);
        });
        // A message of our own.
        let lost = |_: JsValue| Failure::new(Code::Panic, "The browser lost a message. Reload the page.");
        self.channel.port2().post_message(&JsValue::NULL).map_err(lost)?;
        JsFuture::from(promise).await.map_err(lost)?;
        self.latest.set(now());
        Ok(())
    }
}

/// Wakes somebody who waits for a message of the page.
#[derive(Default)]
pub struct Bell {
    rung: Cell<bool>,
    waiting: Cell<Option<Waker>>,
}

impl Bell {
    /// Wakes who waits, or who waits next.
    pub fn ring(&self) {
        self.rung.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// Resolves once it has rung since the last wait.
    pub async fn wait(&self) {
        poll_fn(|context| {
            if self.rung.take() {
                return Poll::Ready(());
            }
            self.waiting.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.channel.port1().set_onmessage(None);
        self.channel.port1().close();
    }
}
