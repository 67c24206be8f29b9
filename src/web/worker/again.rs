//! The second reading of stories; and of stories by an adapter, a reading by the model without it.

use super::{MEASURE_EVERY, Task, Worker, look};
use crate::engine::Engine;
use crate::metrics::TokensRead;
use crate::protocol::Numbers;
use crate::protocol::queue::Kind;
use crate::protocol::stories::Answer;
use crate::reading::{SecondMetrics, SecondReading, TokensReading, base_numbers, by_name};
use crate::story::{GenerateError, Settings, prompt_tokens};
use crate::web::adapter::lacking;
use crate::web::clock::{self, Turns};
use crate::web::failure::Failure;
use crate::web::load::Loaded;
use crate::web::page::post;
use serde_json::{Map, Value};

/// A story that waits for its second reading.
pub struct Unread {
    pub id: u32,
    pub settings: Settings,
    pub read: TokensRead,
    pub text: String,
    /// What the second reading found, where only the model without the adapter is still to be asked.
    pub second: Option<SecondMetrics>,
}

impl Unread {
    /// Says that nothing more is coming for it.
    pub fn give_up(self) {
        post(&Answer::Measured { id: self.id, numbers: Numbers::default() });
    }
}

impl Worker {
    /// Measures what takes passes of its own over a story. It gives way to everything else, and then begins anew.
    pub async fn read_again(&self, loaded: &mut Loaded, mut unread: Box<Unread>) -> Result<(), Failure> {
        match self.read_one_again(loaded, &mut unread, &Turns::new()?).await {
            Ok(Some(found)) => {
                let numbers = Numbers::named(found, unread.read.token_ids.len(), loaded.reference.as_ref());
                post(&Answer::Measured { id: unread.id, numbers });
            }
            Ok(None) => self.push(Kind::Read, Task::Read(unread)),
            Err(failure) => {
                unread.give_up();
                return Err(failure);
            }
        }
        Ok(())
    }

    /// What the second reading of a story finds, by name, and what the model without its adapter says; none if something else is
    /// asked for meanwhile.
    async fn read_one_again(
        &self,
        loaded: &mut Loaded,
        unread: &mut Unread,
        turns: &Turns,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let Unread { id, settings, read, text, second } = unread;
        let prompted = !settings.prompt.is_empty();
        let adapted = settings.adapter().filter(|&(_, strength)| strength != 0.0);
        // Other adapters may have taken its place. To fetch it again would keep everything else waiting.
        let can_read = adapted.is_none_or(|(id, _)| loaded.engine.has_adapter(id));
        // A model that cannot begin a text says nothing of sentences alone.
        if second.is_none()
            && can_read
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
            // By the model that wrote, whatever was looked at in between.
            if !self.in_turns(loaded, settings.adapter(), step, turns).await? {
                return Ok(None);
            }
            *second = Some(reading.finish());
        }
        let mut numbers = by_name(&second.unwrap_or_default());
        // At strength 0 it would say the same.
        if adapted.is_some() {
            let before = prompt_tokens(&loaded.tokenizer, &loaded.info, &settings.prompt)?;
            let mut reading = TokensReading::new(&before, read.token_ids.clone())?;
            if !self.in_turns(loaded, None, |engine| reading.step(engine), turns).await? {
                return Ok(None);
            }
            let read = reading.finish();
            let mut base = base_numbers(&read, text, SecondMetrics::default(), loaded.reference.as_ref());
            // What would take a second reading by that model, too, is not measured here.
            base.retain(|_, value| !value.is_null());
            numbers.append(&mut base);
        }
        Ok(Some(numbers))
    }

    /// Takes steps with the model, adapted so, until there are no more; whether it came to that, or something else is asked for.
    async fn in_turns(
        &self,
        loaded: &mut Loaded,
        adapter: Option<(&str, f64)>,
        mut step: impl FnMut(&mut dyn Engine) -> Result<bool, GenerateError>,
        turns: &Turns,
    ) -> Result<bool, Failure> {
        loop {
            // Aside, so that the story itself stays in the engine's memory, to be looked into or written on.
            let mut aside = loaded.engine.sequence(1);
            let adapted = aside.adapt(adapter).map_err(GenerateError::from);
            if !adapted.and_then(|()| step(&mut aside))? {
                return Ok(true);
            }
            self.look_meanwhile(loaded);
            if self.queue.borrow().most_urgent().is_some_and(|kind| kind < Kind::Read) {
                return Ok(false);
            }
            turns.next().await?;
        }
    }

    /// Looks at the place that was asked for last, which takes one step of the engine, unless its adapter has to be fetched first.
    pub fn look_meanwhile(&self, loaded: &mut Loaded) {
        let is_here =
            |task: &Task| matches!(task, Task::Look(asked) if lacking(loaded, &asked.story.settings).is_none());
        let asked = self.queue.borrow_mut().take(Kind::Look, is_here);
        if let Some(Task::Look(asked)) = asked {
            let id = asked.id;
            if let Err(failure) = look(loaded, *asked) {
                failure.post(Some(id));
            }
        }
    }
}
