//! The second reading of stories; and of stories by an adapter, a reading by the model without it.

use super::{MEASURE_EVERY, Worker};
use crate::engine::Engine;
use crate::metrics::TokensRead;
use crate::protocol::Numbers;
use crate::protocol::stories::Answer;
use crate::reading::{SecondMetrics, SecondReading, TokensReading, base_numbers, by_name};
use crate::story::{Adapter, GenerateError, Settings, prompt_tokens};
use crate::web::adapter::fetch_for;
use crate::web::clock::{self, Turns};
use crate::web::failure::Failure;
use crate::web::load::Loaded;
use crate::web::page::post;
use serde_json::{Map, Value};
use std::rc::Rc;

/// A story that waits for its second reading.
pub struct Unread {
    pub id: u32,
    pub settings: Settings,
    pub read: TokensRead,
    pub text: String,
    /// What the second reading found, if only the reading without the adapter is left.
    pub second: Option<SecondMetrics>,
}

impl Unread {
    /// Tells the page that no more numbers will come.
    pub fn give_up(self) {
        post(&Answer::Measured { id: self.id, numbers: Numbers::default() });
    }
}

impl Worker {
    /// Reads waiting stories again, the latest first, until something else is requested.
    pub fn read_on(self: Rc<Self>) {
        self.measuring.set(true);
        self.work(None, async move |worker| {
            let Some(mut loaded) = worker.loaded.take() else {
                worker.unread.take().into_iter().for_each(Unread::give_up);
                return Ok(());
            };
            let result = worker.read_again(&mut loaded).await;
            *worker.loaded.borrow_mut() = Some(loaded);
            result
        });
    }

    /// Reads every waiting story again. A story that has to give way stays in the queue.
    async fn read_again(&self, loaded: &mut Loaded) -> Result<(), Failure> {
        let turns = Turns::new()?;
        loop {
            let Some(mut unread) = self.unread.borrow_mut().pop() else { return Ok(()) };
            match self.read_one_again(loaded, &mut unread, &turns).await {
                Ok(Some(found)) => {
                    let numbers = Numbers::named(found, unread.read.token_ids.len(), loaded.reference.as_ref());
                    post(&Answer::Measured { id: unread.id, numbers });
                }
                Ok(None) => {
                    self.unread.borrow_mut().push(unread);
                    return Ok(());
                }
                Err(failure) => {
                    unread.give_up();
                    return Err(failure);
                }
            }
        }
    }

    /// The numbers of a story's second reading and of the reading without its adapter, by name; none if something else is requested
    /// meanwhile.
    async fn read_one_again(
        &self,
        loaded: &mut Loaded,
        unread: &mut Unread,
        turns: &Turns,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let Unread { id, settings, read, text, second } = unread;
        let prompted = !settings.prompt.is_empty();
        if second.is_none()
            && let Some(Adapter { id, .. }) = settings.adapter.as_ref().filter(|adapter| adapter.strength != 0.0)
        {
            // Other adapters may have taken its place. If only the page has its files, the story is not read again.
            fetch_for(loaded, settings).await?;
            if !loaded.engine.has_adapter(id) {
                return Ok(Some(Map::new()));
            }
        }
        // A model without a token to begin with cannot read sentences alone.
        if second.is_none()
            && let Some(mut reading) = SecondReading::new(read, text, prompted, &loaded.tokenizer, &loaded.info)
        {
            let mut told = clock::now();
            let step = |engine: &mut dyn Engine| {
                let done = reading.step(engine)?;
                if let Some(done) = done
                    && clock::now() - told > MEASURE_EVERY
                {
                    post(&Answer::Measuring { id: *id, done });
                    told = clock::now();
                }
                Ok(done.is_some())
            };
            // By the model that wrote it, whatever the page has looked at in between.
            if !self.in_turns(loaded, settings.adapter(), step, turns).await? {
                return Ok(None);
            }
            *second = Some(reading.finish());
        }
        let mut numbers = by_name(&second.unwrap_or_default());
        // At strength 0 the numbers would be the same.
        if settings.adapter().is_some_and(|(_, strength)| strength != 0.0) {
            let before = prompt_tokens(&loaded.tokenizer, &loaded.info, &settings.prompt)?;
            let mut reading = TokensReading::new(&before, read.token_ids.clone())?;
            if !self.in_turns(loaded, None, |engine| reading.step(engine), turns).await? {
                return Ok(None);
            }
            let read = reading.finish();
            let mut base = base_numbers(&read, text, SecondMetrics::default(), loaded.reference.as_ref());
            // Numbers that need a second reading by that model too are not measured here.
            base.retain(|_, value| !value.is_null());
            numbers.append(&mut base);
        }
        Ok(Some(numbers))
    }

    /// Takes steps with the model, adapted so. True if it reached the end, false if something else was requested.
    async fn in_turns(
        &self,
        loaded: &mut Loaded,
        adapter: Option<(&str, f64)>,
        mut step: impl FnMut(&mut dyn Engine) -> Result<bool, GenerateError>,
        turns: &Turns,
    ) -> Result<bool, Failure> {
        loop {
            // In another sequence, so that the story itself stays in the engine's memory for looks and for continuing it.
            let mut aside = loaded.engine.sequence(1);
            let adapted = aside.adapt(adapter).map_err(GenerateError::from);
            if !adapted.and_then(|()| step(&mut aside))? {
                return Ok(true);
            }
            if self.waiting.borrow().is_some() {
                return Ok(false);
            }
            self.answer_look(Some(loaded));
            turns.next().await?;
        }
    }
}
