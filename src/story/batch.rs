//! Writes several stories at once, with one pass over the weights for the next token of all. Each story is what it would be alone.

use super::{AdapterSetting, GenerateError, Pen, Settings};
use crate::engine::{Engine, Llama};
use crate::model::{ModelInfo, Tokenizer};

/// Writes stories side by side; as one ends, another can begin in its place.
///
/// Sequence 0 of the engine holds the prompt, so that stories with the same prompt read it only once. The stories use the others.
pub struct Batch<'a> {
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    /// With the caller's number for each.
    stories: Vec<Option<(usize, Pen<'a>)>>,
    /// The logits after the prompt in the first sequence: (vocabulary).
    prompt_logits: Vec<f32>,
    /// The adapter they were computed with.
    prompt_adapter: Option<AdapterSetting>,
    /// The sequences of a pass, and the token to feed to each.
    rows: Vec<(usize, u32)>,
}

impl<'a> Batch<'a> {
    /// Makes room for this many stories.
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

    /// Removes the stories that the caller's rule ends, and returns them with their numbers.
    pub fn take_if(&mut self, is_over: impl Fn(&Pen) -> bool) -> Vec<(usize, Pen<'a>)> {
        self.stories.iter_mut().filter_map(|story| story.take_if(|(_, pen)| is_over(pen))).collect()
    }

    /// Begins a story, with the adapter of its settings. Reads its prompt, unless it is the last one. `number` is returned with
    /// the story.
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

    /// Writes the next token of every story. Returns those that have ended, with their numbers.
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
