//! Receives the page's messages and does what they ask for, in the order of [`crate::protocol::queue`].

mod again;

use super::adapter::{fetch_for, open_own};
use super::clock::{self, Turns};
use super::failure::Failure;
use super::load::{Loaded, load};
use super::page::{listen, memory_bytes, post};
use crate::engine::Engine;
use crate::link;
use crate::metrics::EarlierStories;
use crate::model::Tokenizer;
use crate::protocol::queue::{Kind, Queue};
use crate::protocol::stories::{Answer, Look, Request, Tokens};
use crate::protocol::{Code, Numbers};
use crate::statistics::Estimate;
use crate::story::{GenerateError, Pen, Settings, Writer};
use again::Unread;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Live measurements reach the page at most this often, in milliseconds.
const MEASURE_EVERY: f64 = 100.0;
/// Tokens reach the page at most this often, in milliseconds: once a frame. Those of a slow machine come one by one.
const TELL_EVERY: f64 = 16.0;

/// What waits for the engine. Everything else is answered at once.
enum Task {
    Load { manifest_url: String, model: Option<String> },
    Open { id: u32, name: String, config: Vec<u8>, weights: Vec<u8> },
    Look(Box<Look>),
    Write { id: u32, settings: Box<Settings>, earlier: Vec<String> },
    Rewrite { id: u32, settings: Box<Settings>, earlier: Option<Vec<String>> },
    Read(Box<Unread>),
}

impl Task {
    /// The request that it answers. The story of a second reading is answered already.
    fn id(&self) -> Option<u32> {
        match self {
            Self::Load { .. } | Self::Read(_) => None,
            Self::Open { id, .. } | Self::Write { id, .. } | Self::Rewrite { id, .. } => Some(*id),
            Self::Look(look) => Some(look.id),
        }
    }
}

/// The worker's state.
#[derive(Default)]
struct Worker {
    queue: RefCell<Queue<Task>>,
    /// Whether something is done that waited.
    working: Cell<bool>,
    /// Taken out meanwhile.
    loaded: RefCell<Option<Loaded>>,
    model_id: RefCell<Option<String>>,
    /// That of the loaded model, also while it writes.
    tokenizer: RefCell<Option<Rc<Tokenizer>>>,
    /// Stories up to this number end at their next token: the page counts upwards.
    ended: Cell<u32>,
    /// The stories that the latest one was compared with. The next story comes after the same ones, and mostly one more.
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
        match request {
            Request::Load { manifest_url, model } => self.ask(Kind::Load, Task::Load { manifest_url, model }),
            Request::OpenAdapter { id, name, config, weights } => {
                self.ask(Kind::Open, Task::Open { id, name, config, weights });
            }
            Request::Look(look) => self.ask(Kind::Look, Task::Look(look)),
            Request::Generate { id, settings, earlier } => {
                // The newest story is the one that is wanted.
                self.end(id.saturating_sub(1));
                self.ask(Kind::Write, Task::Write { id, settings: settings.into(), earlier });
            }
            Request::Rewrite { id, settings, earlier } => {
                self.ask(Kind::Rewrite, Task::Rewrite { id, settings: settings.into(), earlier });
            }
            Request::Stop { id } => self.end(id),
            Request::Means { id, lists } => {
                post(&Answer::Means { id, means: lists.iter().map(|list| Estimate::of(list)).collect() });
            }
            Request::Encode { id, text } => self.encode(id, &text),
            Request::ReadLink { id, fragment } => post(&Answer::LinkRead { id, read: link::read(&fragment) }),
            Request::WriteLink { id, settings, digest } => {
                let model = self.model_id.borrow();
                post(&Answer::Link { id, fragment: link::write(&settings, model.as_deref(), digest.as_deref()) });
            }
        }
    }

    /// Ends the stories up to this number.
    fn end(&self, id: u32) {
        self.ended.set(id.max(self.ended.get()));
    }

    /// Does a task as soon as nothing more urgent waits.
    fn ask(self: Rc<Self>, kind: Kind, task: Task) {
        self.push(kind, task);
        if self.working.replace(true) {
            return;
        }
        spawn_local(async move {
            let mut loaded = self.loaded.take();
            while let Some(task) = self.pop() {
                let id = task.id();
                if let Err(failure) = self.perform(&mut loaded, task).await {
                    failure.post(id);
                }
            }
            *self.loaded.borrow_mut() = loaded;
            self.working.set(false);
        });
    }

    fn push(&self, kind: Kind, task: Task) {
        match self.queue.borrow_mut().push(kind, task) {
            None => {}
            Some(Task::Read(unread)) => unread.give_up(),
            Some(task) => replaced().post(task.id()),
        }
    }

    fn pop(&self) -> Option<Task> {
        self.queue.borrow_mut().pop()
    }

    fn take(&self, kind: Kind) -> Option<Task> {
        self.queue.borrow_mut().take(kind, |_| true)
    }

    async fn perform(&self, loaded: &mut Option<Loaded>, task: Task) -> Result<(), Failure> {
        match (task, loaded) {
            (Task::Load { manifest_url, model }, loaded) => {
                *loaded = None;
                *self.tokenizer.borrow_mut() = None;
                // Another model cannot read the stories again.
                while let Some(Task::Read(unread)) = self.take(Kind::Read) {
                    unread.give_up();
                }
                let new = load(&manifest_url, model.as_deref()).await?;
                *self.model_id.borrow_mut() = Some(new.info.id());
                *self.tokenizer.borrow_mut() = Some(new.tokenizer.clone());
                *loaded = Some(new);
            }
            (Task::Read(unread), None) => unread.give_up(),
            (_, None) => return Err(Failure::new(Code::Model, "The model is not loaded yet.")),
            (Task::Open { id, name, config, weights }, Some(loaded)) => {
                post(&Answer::AdapterReady { id, adapter: open_own(loaded, &name, &config, &weights)? });
            }
            (Task::Look(asked), Some(loaded)) => {
                fetch_for(loaded, &asked.story.settings).await?;
                if self.queue.borrow().most_urgent() == Some(Kind::Look) {
                    return Err(replaced());
                }
                look(loaded, *asked)?;
            }
            (Task::Write { id, settings, earlier }, Some(loaded)) => {
                self.generate(loaded, id, *settings, &earlier).await?;
            }
            (Task::Rewrite { id, settings, earlier }, Some(loaded)) => {
                self.rewrite(loaded, id, *settings, earlier).await?;
            }
            (Task::Read(unread), Some(loaded)) => self.read_again(loaded, unread).await?,
        }
        Ok(())
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
        self.earlier.borrow_mut().hold(earlier);
        let turns = Turns::new()?;
        let start = clock::now();
        fetch_for(loaded, &settings).await?;
        let reference = loaded.reference.as_ref();
        let mut writer = Writer::new(&mut loaded.engine, &loaded.tokenizer, &loaded.info, settings)?;
        post(&Answer::Started { id, prompt_tokens: writer.prompt_tokens() });
        let stopped = || self.ended.get() >= id;
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
                let metrics = writer.measure(&self.earlier.borrow(), reference);
                post(&Answer::Metrics { id, numbers: Numbers::of_story(&metrics, &writer.text(), reference) });
                measured = clock::now();
            }
            turns.next().await?;
        }
        send(&mut waiting, id);
        let end = clock::now();
        let generation = writer.finish(&self.earlier.borrow(), reference);
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
        let unread = Unread { id, settings: generation.settings, read, text: generation.text, second: None };
        self.push(Kind::Read, Task::Read(unread.into()));
        Ok(())
    }

    /// Writes a story as a whole. It takes a fraction of a second on most devices, so a newer rewrite waits for it.
    async fn rewrite(
        &self,
        loaded: &mut Loaded,
        id: u32,
        settings: Settings,
        earlier: Option<Vec<String>>,
    ) -> Result<(), Failure> {
        if let Some(earlier) = earlier {
            self.earlier.borrow_mut().hold(&earlier);
        }
        let turns = Turns::new()?;
        fetch_for(loaded, &settings).await?;
        let (tokenizer, info) = (loaded.tokenizer.clone(), loaded.info.clone());
        let start = clock::now();
        let computed = loaded.rewriter.computed();
        let mut pen = Pen::new(loaded.engine.context(), &tokenizer, &info, settings)?;
        while self.ended.get() < id && loaded.rewriter.step(&mut loaded.engine, &mut pen)? {
            self.look_meanwhile(loaded);
            turns.next().await?;
        }
        if self.ended.get() >= id {
            return Err(replaced());
        }
        let reference = loaded.reference.as_ref();
        let generation = pen.finish(&self.earlier.borrow(), reference);
        post(&Answer::Rewritten {
            id,
            link: link::of(&generation),
            generation: &generation,
            numbers: Numbers::of_story(&generation.metrics, &generation.text, reference),
            seconds: (clock::now() - start) / 1000.0,
            computed: loaded.rewriter.computed() - computed,
        });
        Ok(())
    }
}

/// Why an older request is not done.
fn replaced() -> Failure {
    Failure::new(Code::Replaced, "A newer request took the place of this one.")
}

/// Answers what the model considers at a place of a story whose adapter is here.
fn look(loaded: &mut Loaded, Look { id, story, position, chain }: Look) -> Result<(), Failure> {
    let Loaded { engine, tokenizer, info, looker, .. } = loaded;
    chain.check().map_err(GenerateError::from)?;
    looker.place(engine, tokenizer, info, &story, position)?;
    let start = clock::now();
    let explanation = looker.explain(tokenizer, info, &story, position, &chain);
    post(&Answer::looked(id, position, explanation, tokenizer, clock::now() - start));
    Ok(())
}

/// Sends the tokens that there are, and begins anew.
fn send(tokens: &mut Tokens, id: u32) {
    let tokens = std::mem::take(tokens);
    if !tokens.is_empty() {
        post(&Answer::Tokens { id, tokens: &tokens });
    }
}
