//! Receives the page's messages and runs what they ask for.

use super::clock::{self, Turns};
use super::download::Failure;
use super::load::{Loaded, load};
use super::messages::{Answer, Code, Look, Mean, Numbers, Request, looked, memory_bytes, post, scope};
use crate::experiment::{GenerateError, Generation, LookError, SecondMetrics, SecondReading, Settings, Writer};
use crate::link;
use crate::metrics::EarlierStories;
use crate::model::Tokenizer;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

/// Live measurements reach the page at most this often, in milliseconds.
const MEASURE_EVERY: f64 = 100.0;

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
    /// A place to look at, while the engine writes.
    look: RefCell<Option<Look>>,
}

/// Listens from now on.
pub fn start() {
    let worker: Rc<Worker> = Rc::default();
    let receive = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match serde_wasm_bindgen::from_value::<Request>(event.data()) {
            Ok(request) => worker.clone().answer(request),
            Err(error) => {
                let id = js_sys::Reflect::get(&event.data(), &"id".into())
                    .ok()
                    .and_then(|id| id.as_f64())
                    .map(|id| id as u32);
                post(&Answer::Error {
                    id,
                    code: Code::Settings,
                    message: format!("The settings could not be read: {error}."),
                });
            }
        }
    });
    scope().set_onmessage(Some(receive.as_ref().unchecked_ref()));
    receive.forget();
    post(&Answer::hello());
}

impl Worker {
    fn answer(self: Rc<Self>, request: Request) {
        if self.measuring.get() && matches!(request, Request::Load { .. } | Request::Generate { .. }) {
            if let Some(Request::Generate { id, .. }) = self.waiting.replace(Some(request)) {
                let message = "Another story was asked for before this one could begin.".into();
                post(&Answer::Error { id: Some(id), code: Code::Busy, message });
            }
            return;
        }
        match request {
            Request::Load { manifest_url, model } => self.work(None, async move |worker| {
                *worker.loaded.borrow_mut() = None;
                *worker.tokenizer.borrow_mut() = None;
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
            Request::Stop { id } => self.stop.set(Some(id)),
            Request::Means { id, lists } => {
                post(&Answer::Means { id, means: lists.iter().map(|list| Mean::new(list)).collect() });
            }
            Request::Look(look) => {
                if let Some(Look { id, .. }) = self.look.replace(Some(look)) {
                    let message = "Another place was asked for before this one could be looked at.".into();
                    post(&Answer::NotLooked { id, message });
                }
                if !self.working.get() {
                    self.answer_look(self.loaded.borrow_mut().as_mut());
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
            let message = "The model is still busy with the last story or still loading.".into();
            post(&Answer::Error { id, code: Code::Busy, message });
            return;
        }
        spawn_local(async move {
            let result = task(&self).await;
            self.working.set(false);
            self.measuring.set(false);
            if let Err(Failure { code, message }) = result {
                post(&Answer::Error { id, code, message });
            }
            self.answer_look(self.loaded.borrow_mut().as_mut());
            if let Some(request) = self.waiting.take() {
                self.answer(request);
            }
        });
    }

    /// Looks at the place that was asked for last, if one was.
    fn answer_look(&self, loaded: Option<&mut Loaded>) {
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
        post(&looked(id, position, explanation, tokenizer, clock::now() - start));
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
        let earlier = EarlierStories::new(earlier.iter().map(String::as_str));
        let turns = Turns::new()
            .map_err(|_| Failure::new(Code::Panic, "The browser refuses a message channel. Reload the page."))?;
        let start = clock::now();
        let reference = loaded.reference.as_ref();
        let mut writer = Writer::new(&mut loaded.engine, &loaded.tokenizer, &loaded.info, settings).map_err(failure)?;
        post(&Answer::Started { id, prompt_tokens: writer.prompt_tokens() });
        let lost = |_| Failure::new(Code::Panic, "The browser lost a message. Reload the page.");
        let stopped = || self.stop.get() == Some(id);
        while !stopped() && writer.read_prompt().map_err(failure)? {
            turns.next().await.map_err(lost)?;
        }
        let decoding = clock::now();
        let mut measured = decoding;
        let mut tokens = 0;
        while !stopped() {
            let Some(written) = writer.step().map_err(failure)? else { break };
            post(&Answer::Token { id, written });
            tokens += 1;
            if clock::now() - measured > MEASURE_EVERY {
                let metrics = writer.measure(&earlier, reference);
                post(&Answer::Metrics { id, numbers: Numbers::of_story(&metrics, reference) });
                measured = clock::now();
            }
            turns.next().await.map_err(lost)?;
        }
        let end = clock::now();
        let generation = writer.finish(&earlier, reference);
        post(&Answer::Done {
            id,
            link: link::of(&generation),
            generation: &generation,
            numbers: Numbers::of_story(&generation.metrics, reference),
            seconds: (end - start) / 1000.0,
            memory_bytes: memory_bytes(),
            // Browsers coarsen the clock; a very short story may seem to have taken no time.
            tokens_per_second: f64::from(tokens) * 1000.0 / (end - decoding).max(0.1),
        });
        self.measuring.set(true);
        let reference = loaded.reference.take();
        let found = self.read_again(loaded, id, &generation, &turns).await;
        let tokens = generation.token_ids.len();
        let numbers = match &found {
            Ok(Some(found)) => Numbers::new(found, tokens, reference.as_ref()),
            _ => Numbers::default(),
        };
        loaded.reference = reference;
        // Nothing more is coming for that story, whatever happened.
        post(&Answer::Measured { id, numbers });
        found.map(|_| ())
    }

    /// Measures what takes passes of its own; none if the model cannot, or if something else is asked for meanwhile.
    async fn read_again(
        &self,
        loaded: &mut Loaded,
        id: u32,
        generation: &Generation,
        turns: &Turns,
    ) -> Result<Option<SecondMetrics>, Failure> {
        let prompted = !generation.settings.prompt.is_empty();
        let reading =
            SecondReading::new(&generation.read(), &generation.text, prompted, &loaded.tokenizer, &loaded.info);
        let Some(mut reading) = reading else { return Ok(None) };
        let mut told = clock::now();
        // Aside, so that the story itself stays in the engine's memory, to be looked into or written on.
        while let Some(done) = reading.step(&mut loaded.engine.sequence(1)).map_err(|error| failure(error.into()))? {
            if self.waiting.borrow().is_some() {
                return Ok(None);
            }
            self.answer_look(Some(loaded));
            if clock::now() - told > MEASURE_EVERY {
                post(&Answer::Measuring { id, done });
                told = clock::now();
            }
            turns
                .next()
                .await
                .map_err(|_| Failure::new(Code::Panic, "The browser lost a message. Reload the page."))?;
        }
        Ok(Some(reading.finish()))
    }
}

pub fn failure(error: GenerateError) -> Failure {
    let code = match &error {
        GenerateError::Settings(_) | GenerateError::NoBeginning => Code::Settings,
        GenerateError::PromptTooLong { .. } => Code::PromptTooLong,
        GenerateError::ForcedBeyondContext { .. } => Code::Settings,
        GenerateError::Model(_) | GenerateError::Engine(_) => Code::Model,
    };
    Failure::new(code, sentence(&error))
}

/// Messages begin in lower case, as Rust's do; to the reader it is a sentence.
pub fn sentence(error: &impl std::error::Error) -> String {
    let message = error.to_string();
    let mut characters = message.chars();
    let sentence = characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>() + ".");
    sentence.unwrap_or_default()
}
