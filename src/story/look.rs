//! Looking into one choice: what the model considers at a place of a story, and what a sampling chain makes of it.

use super::pen::{counted, prompt_tokens, sampler};
use super::{Adapter, GenerateError, Settings};
use crate::engine::{Engine, EngineError};
use crate::model::{ModelInfo, Tokenizer};
use crate::sampling::{Explanation, History, Random};
use serde::Deserialize;

/// Candidates that are told of: the likeliest before the chain, and as many of the likeliest after it.
const MOST: usize = 12;

/// A story that was written, as far as it decides what could stand at a place of it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Story {
    pub settings: Settings,
    /// The generated tokens.
    pub token_ids: Vec<u32>,
    /// See [`super::Generation::mirostat_bits`].
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub mirostat_bits: Vec<f64>,
}

/// Why a place cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error("the story has {tokens} tokens; there is no place {position}")]
    NoPlace { position: usize, tokens: usize },
    #[error("the model's memory ends with this story: nothing can follow")]
    Full,
    #[error("{0}")]
    Generate(#[from] GenerateError),
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// Remembers the logits of one place, so that chains can be tried on it without the engine. Holds one number a token of
/// the vocabulary.
#[derive(Default)]
pub struct Looker {
    /// Prompt and story before the place; empty where nothing was looked at.
    path: Vec<u32>,
    logits: Vec<f32>,
    /// What the logits were computed with.
    adapter: Option<Adapter>,
    /// The last prompt and its tokens.
    prompt: (String, Vec<u32>),
}

impl Looker {
    /// The logits that follow the first `position` tokens of a story, from what the engine remembers or by reading it
    /// again. Returns whether the engine was needed.
    pub fn place(
        &mut self,
        engine: &mut dyn Engine,
        tokenizer: &Tokenizer,
        model: &ModelInfo,
        story: &Story,
        position: usize,
    ) -> Result<bool, LookError> {
        let tokens = story.token_ids.len();
        let before = story.token_ids.get(..position).ok_or(LookError::NoPlace { position, tokens })?;
        if self.prompt.1.is_empty() || self.prompt.0 != story.settings.prompt {
            let prompt = story.settings.prompt.clone();
            self.prompt = (prompt.clone(), prompt_tokens(tokenizer, model, &prompt)?);
        }
        let path = [&self.prompt.1, before].concat();
        let adapter = &story.settings.adapter;
        if path == self.path && *adapter == self.adapter {
            return Ok(false);
        }
        if path.len() > engine.context() {
            return Err(LookError::Full);
        }
        engine.adapt(story.settings.adapter())?;
        // What lies beyond the place stays in the engine's memory, for the next place.
        let common = engine.seen().iter().zip(&path).take_while(|(seen, token)| seen == token).count();
        let logits = if common == path.len() {
            engine.again(common)?
        } else {
            engine.rewind(common);
            engine.feed(&path[common..])?
        };
        self.path.clear();
        self.adapter.clone_from(adapter);
        self.logits.clear();
        self.logits.extend_from_slice(logits);
        self.path = path;
        Ok(true)
    }

    /// What the chain of some settings makes of the place chosen last in [`Self::place`], in the same story.
    pub fn explain(
        &self,
        tokenizer: &Tokenizer,
        model: &ModelInfo,
        story: &Story,
        position: usize,
        chain: &Settings,
    ) -> Explanation {
        let mut random = Random::new(story.settings.seed.into());
        let mut uniform = random.uniform();
        for _ in 0..position {
            uniform = random.uniform();
        }
        let history = History { prompt: counted(&self.prompt.1, chain, model), story: &story.token_ids[..position] };
        // Another Mirostat would have come to another threshold.
        let same = ["mirostat_tau", "mirostat_eta"]
            .iter()
            .all(|name| chain.options.get(name) == story.settings.options.get(name));
        let threshold = story.mirostat_bits.get(position).copied().filter(|_| same);
        let chosen = story.token_ids.get(position).copied();
        sampler(chain, tokenizer, model).explain(&self.logits, history, uniform, threshold, MOST, chosen)
    }
}
