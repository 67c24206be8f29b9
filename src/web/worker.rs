//! Receives the page's messages and runs what they ask for.

mod again;

use super::adapter::{fetch_for, lacking, open_own};
use super::clock::{self, Turns};
use super::failure::{Failure, sentence};
use super::load::{Loaded, load};
use super::page::{listen, memory_bytes, post};
use crate::link;
use crate::metrics::EarlierStories;
use crate::model::Tokenizer;
use crate::protocol::stories::{Answer, Look, Request, Tokens};
use crate::protocol::{Code, Numbers};
use crate::statistics::Estimate;
use crate::story::{LookError, Settings, Writer};
use again::Unread;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Live measurements reach the page at most this often, in milliseconds.
const MEASURE_EVERY: f64 = 100.0;
/// Tokens reach the page at most this often, in milliseconds: once a frame. Those of a slow machine come one by one.
const TELL_EVERY: f64 = 16.0;
/// Stories that wait for their second reading, at most.
const MOST_UNREAD: usize = 64;

/// The worker's state.
#[derive(Default)]
struct Worker {
    /// Taken out while it writes or another model loads.
    loaded: RefCell<Option<Loaded>>,
    model_id: RefCell<Option<String>>,
    /// That of the loaded model, also while it writes.
    tokenizer: RefCell<Option<Rc<Tokenizer>>>,
    working: Cell<bool>,
    stop: Cell<Option<u32>>,
    /// Whether the work is only the second reading of a story, which gives way to other work.
    measuring: Cell<bool>,
    /// What waits for the second reading to give way.
    waiting: RefCell<Option<Request>>,
    /// Stories that wait for their second reading, the latest last.
    unread: RefCell<Vec<Unread>>,
    /// A place to look at, while the engine writes.
    look: RefCell<Option<Look>>,
    /// The stories before the last one that was written.
    earlier: RefCell<EarlierStories>,
}

/// Listens from now on.
pub fn start() {
    let worker: Rc<Worker> = Rc::default();
    listen("settings", move |request| worker.clone().answer(request));
    post(&Answer::hello());
}

impl Worker {
    fn answer(self: Rc<Self>, request: Request) {
        if self.measuring.get() && matches!(request, Request::Load { .. } | Request::Generate { .. }) {
            if let Some(Request::Generate { id, .. }) = self.waiting.replace(Some(request)) {
                let message = "Another story was asked for before this one could begin.";
                Failure::new(Code::Busy, message).post(Some(id));
            }
            return;
        }
        match request {
            Request::Load { manifest_url, model } => self.work(None, async move |worker| {
                *worker.loaded.borrow_mut() = None;
                *worker.tokenizer.borrow_mut() = None;
                // Another model cannot read them again.
                worker.unread.take().into_iter().for_each(Unread::give_up);
                let loaded = load(&manifest_url, model.as_deref()).await?;
                *worker.model_id.borrow_mut() = Some(loaded.info.id());
                *worker.tokenizer.borrow_mut() = Some(loaded.tokenizer.clone());
                *worker.loaded.borrow_mut() = Some(loaded);
                Ok(())
            }),
            Request::Generate { id, settings, earlier } => self.work(Some(id), async move |worker| {
                let loaded = worker.loaded.borrow_mut().take();
                let Some(mut loaded) = loaded else {
                    return Err(Failure::new(Code::Model, "The model is not loaded yet."));
                };
                let result = worker.generate(&mut loaded, id, settings, &earlier).await;
                *worker.loaded.borrow_mut() = Some(loaded);
                result
            }),
            Request::OpenAdapter { id, name, config, weights } => self.work(Some(id), async move |worker| {
                let mut loaded = worker.loaded.borrow_mut();
                let loaded =
                    loaded.as_mut().ok_or_else(|| Failure::new(Code::Model, "The model is not loaded yet."))?;
                post(&Answer::AdapterReady { id, adapter: open_own(loaded, &name, &config, &weights)? });
                Ok(())
            }),
            Request::Stop { id } => self.stop.set(Some(id)),
            Request::Means { id, lists } => {
                post(&Answer::Means { id, means: lists.iter().map(|list| Estimate::of(list)).collect() });
            }
            Request::Look(look) => {
                if let Some(Look { id, .. }) = self.look.replace(Some(*look)) {
                    let message = "Another place was asked for before this one could be looked at.".into();
                    post(&Answer::NotLooked { id, message });
                }
                if !self.working.get() {
                    self.look_when_ready();
                }
            }
            Request::Encode { id, text } => self.encode(id, &text),
            Request::ReadLink { fragment } => post(&Answer::LinkRead(link::read(&fragment))),
            Request::WriteLink { settings, digest } => {
                let model = self.model_id.borrow();
                post(&Answer::Link { fragment: link::write(&settings, model.as_deref(), digest.as_deref()) });
            }
        }
    }

    /// Runs one task at a time; a second is refused, not queued, since the page knows when it is done.
    fn work(self: Rc<Self>, id: Option<u32>, task: impl AsyncFnOnce(&Rc<Self>) -> Result<(), Failure> + 'static) {
        if self.working.replace(true) {
            let message = "The model is still busy with the last story or still loading.";
            return Failure::new(Code::Busy, message).post(id);
        }
        spawn_local(async move {
            let result = task(&self).await;
            self.working.set(false);
            self.measuring.set(false);
            if let Err(failure) = result {
                failure.post(id);
            }
            self.clone().look_when_ready();
            if self.working.get() {
                // An adapter is on its way; what waits comes after it.
            } else if let Some(request) = self.waiting.take() {
                self.answer(request);
            } else if !self.unread.borrow().is_empty() {
                self.read_on();
            }
        });
    }

    /// Looks at once, or when the adapter of the story has arrived.
    fn look_when_ready(self: Rc<Self>) {
        let settings = self.look.borrow().as_ref().map(|look| look.story.settings.clone());
        let asked =
            settings.filter(|asked| self.loaded.borrow().as_ref().is_some_and(|it| lacking(it, asked).is_some()));
        let Some(settings) = asked else { return self.answer_look(self.loaded.borrow_mut().as_mut()) };
        // A story that is asked for meanwhile waits.
        self.measuring.set(true);
        self.work(None, async move |worker| {
            let Some(mut loaded) = worker.loaded.borrow_mut().take() else { return Ok(()) };
            let fetched = fetch_for(&mut loaded, &settings).await;
            *worker.loaded.borrow_mut() = Some(loaded);
            // The story and the model are as they were: only the place cannot be looked at.
            if let Err(Failure { message, .. }) = fetched
                && let Some(Look { id, .. }) = worker.look.take()
            {
                post(&Answer::NotLooked { id, message });
            }
            Ok(())
        });
    }

    /// Looks at the place that was asked for last, if one was and its adapter is here; see [`Self::look_when_ready`].
    fn answer_look(&self, loaded: Option<&mut Loaded>) {
        let waits = |look: &Look| loaded.as_ref().is_some_and(|it| lacking(it, &look.story.settings).is_some());
        if self.look.borrow().as_ref().is_some_and(waits) {
            return;
        }
        let Some(Look { id, story, position, chain }) = self.look.take() else { return };
        let refused = |message: String| post(&Answer::NotLooked { id, message });
        let Some(Loaded { engine, tokenizer, info, looker, .. }) = loaded else {
            return refused("The model is not loaded yet.".into());
        };
        if let Err(error) = chain
            .check()
            .map_err(|error| LookError::Generate(error.into()))
            .and_then(|()| looker.place(engine, tokenizer, info, &story, position))
        {
            return refused(sentence(&error));
        }
        let start = clock::now();
        let explanation = looker.explain(tokenizer, info, &story, position, &chain);
        post(&Answer::looked(id, position, explanation, tokenizer, clock::now() - start));
    }

    /// The tokens of a text that is to stand in the middle of a story; none while no model is loaded.
    fn encode(&self, id: u32, text: &str) {
        let tokenizer = self.tokenizer.borrow().clone();
        let encode = |tokenizer: &Tokenizer| {
            // Tokenizers in SentencePiece's manner put a space before a text themselves.
            let text = if tokenizer.leading_space() { text.strip_prefix(' ').unwrap_or(text) } else { text };
            tokenizer.encode(text).ok()
        };
        let token_ids = tokenizer.and_then(|tokenizer| encode(&tokenizer)).unwrap_or_default();
        post(&Answer::Encoded { id, token_ids });
    }

    async fn generate(
        &self,
        loaded: &mut Loaded,
        id: u32,
        settings: Settings,
        earlier: &[String],
    ) -> Result<(), Failure> {
        // The next story comes after the same ones and this one, so what is known of them is put back at the end.
        let mut earlier_stories = self.earlier.take();
        earlier_stories.hold(earlier);
        let turns = Turns::new()?;
        let start = clock::now();
        fetch_for(loaded, &settings).await?;
        let reference = loaded.reference.as_ref();
        let mut writer = Writer::new(&mut loaded.engine, &loaded.tokenizer, &loaded.info, settings)?;
        post(&Answer::Started { id, prompt_tokens: writer.prompt_tokens() });
        let stopped = || self.stop.get() == Some(id);
        while !stopped() && writer.read_prompt()? {
            turns.next().await?;
        }
        let decoding = clock::now();
        let mut measured = decoding;
        // The first token is told at once.
        let mut told = f64::NEG_INFINITY;
        let mut waiting = Tokens::default();
        let mut tokens = 0;
        while !stopped() {
            let Some(written) = writer.step()? else { break };
            waiting.push(written);
            tokens += 1;
            let now = clock::now();
            if now - told >= TELL_EVERY {
                send(&mut waiting, id);
                told = now;
            }
            if now - measured > MEASURE_EVERY {
                send(&mut waiting, id);
                let metrics = writer.measure(&earlier_stories, reference);
                post(&Answer::Metrics { id, numbers: Numbers::of_story(&metrics, &writer.text(), reference) });
                measured = clock::now();
            }
            turns.next().await?;
        }
        send(&mut waiting, id);
        let end = clock::now();
        let generation = writer.finish(&earlier_stories, reference);
        *self.earlier.borrow_mut() = earlier_stories;
        post(&Answer::Done {
            id,
            link: link::of(&generation),
            generation: &generation,
            numbers: Numbers::of_story(&generation.metrics, &generation.text, reference),
            seconds: (end - start) / 1000.0,
            memory_bytes: memory_bytes(),
            // Browsers coarsen the clock; a very short story may seem to have taken no time.
            tokens_per_second: f64::from(tokens) * 1000.0 / (end - decoding).max(0.1),
        });
        let read = generation.read();
        let mut unread = self.unread.borrow_mut();
        unread.push(Unread { id, settings: generation.settings, read, text: generation.text, second: None });
        if unread.len() > MOST_UNREAD {
            unread.remove(0).give_up();
        }
        Ok(())
    }
}

/// Sends the tokens that there are, and begins anew.
fn send(tokens: &mut Tokens, id: u32) {
    let tokens = std::mem::take(tokens);
    if !tokens.is_empty() {
        post(&Answer::Tokens { id, tokens: &tokens });
    }
}
