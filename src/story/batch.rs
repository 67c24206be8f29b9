//! Several stories at once, in one pass over the weights for each token of all: each what it would be alone.

use super::{Adapter, GenerateError, Pen, Settings};
use crate::engine::{Engine, Llama};
use crate::model::{ModelInfo, Tokenizer};

/// Writes stories side by side; as one ends, another can begin in its place.
///
/// Uses the sequences from 0 on: the first holds the prompt, so that stories with the same prompt share its reading.
pub struct Batch<'a> {
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    /// With the caller's number for each.
    stories: Vec<Option<(usize, Pen<'a>)>>,
    /// What follows the prompt that the first sequence holds: one number a token of the vocabulary.
    prompt_logits: Vec<f32>,
    /// What they were computed with.
    prompt_adapter: Option<Adapter>,
    /// The sequences of a pass, with the token that each is fed.
    rows: Vec<(usize, u32)>,
}

impl<'a> Batch<'a> {
    /// Room for so many stories.
    pub fn new(tokenizer: &'a Tokenizer, model: &'a ModelInfo, stories: usize) -> Self {
        let stories = (0..stories).map(|_| None).collect();
        Self { tokenizer, model, stories, prompt_logits: Vec::new(), prompt_adapter: None, rows: Vec::new() }
    }

    /// Whether another story can begin.
    pub fn has_room(&self) -> bool {
        self.stories.iter().any(Option::is_none)
    }

    /// Whether no story is being written.
    pub fn is_empty(&self) -> bool {
        self.stories.iter().all(Option::is_none)
    }

    /// Takes out the stories that are over by the caller's own rule, with their numbers.
    pub fn take_if(&mut self, is_over: impl Fn(&Pen) -> bool) -> Vec<(usize, Pen<'a>)> {
        self.stories.iter_mut().filter_map(|story| story.take_if(|(_, pen)| is_over(pen))).collect()
    }

    /// Begins a story, with an adapter of its own if its settings ask for one: reads its prompt, as far as the last one was another. `number` comes back with it.
    ///
    /// # Panics
    /// If there is no room.
    pub fn begin(&mut self, engine: &mut Llama, number: usize, settings: Settings) -> Result<(), GenerateError> {
        let mut pen = Pen::new(engine.context(), self.tokenizer, self.model, settings)?;
        let prompt = pen.prompt().to_vec();
        engine.adapt(pen.settings().adapter())?;
        let adapter = &pen.settings().adapter;
        if engine.seen() != prompt || self.prompt_logits.is_empty() || self.prompt_adapter != *adapter {
            let common = engine.rewind_to(&prompt);
            let logits = if common == prompt.len() { engine.again(common)? } else { engine.feed(&prompt[common..])? };
            self.prompt_logits.clear();
            self.prompt_logits.extend_from_slice(logits);
            self.prompt_adapter.clone_from(adapter);
        }
        let place = self.stories.iter().position(Option::is_none).expect("room for a story");
        engine.share(0, place + 1, prompt.len(), pen.positions());
        pen.write(&self.prompt_logits)?;
        self.stories[place] = Some((number, pen));
        Ok(())
    }

    /// Writes the next token of every story. Those that have ended come back, with their numbers.
    pub fn step(&mut self, engine: &mut Llama) -> Result<Vec<(usize, Pen<'a>)>, GenerateError> {
        let ended = self.stories.iter_mut().filter_map(|story| story.take_if(|(_, pen)| pen.is_done())).collect();
        self.rows.clear();
        for (place, story) in self.stories.iter().enumerate() {
            let token = story.as_ref().and_then(|(_, pen)| pen.last());
            self.rows.extend(token.map(|token| (place + 1, token)));
        }
        if self.rows.is_empty() {
            return Ok(ended);
        }
        let logits = engine.feed_each(&self.rows)?;
        let vocabulary = logits.len() / self.rows.len();
        for (&(sequence, _), logits) in self.rows.iter().zip(logits.chunks_exact(vocabulary)) {
            let (_, pen) = self.stories[sequence - 1].as_mut().expect("a row of each story");
            pen.write(logits)?;
        }
        Ok(ended)
    }
}
