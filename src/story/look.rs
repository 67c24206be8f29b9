//! Looking into one choice: the model's candidates at a place of a story, and how a sampling chain changes them.

use super::pen::{counted, prompt_tokens, sampler};
use super::{AdapterSetting, GenerateError, Settings};
use crate::engine::{Engine, EngineError};
use crate::model::{ModelInfo, Tokenizer};
use crate::sampling::{Explanation, History, Random};
use serde::Deserialize;

/// Candidates reported: this many of the likeliest before the chain, and as many after it.
const MOST: usize = 12;

/// The part of a story that determines the candidates at its places.
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
    #[error("the story has {tokens} tokens, so there is no place {position}")]
    NoPlace { position: usize, tokens: usize },
    #[error("this story fills the model's context, so no token can follow")]
    Full,
    #[error("{0}")]
    Generate(#[from] GenerateError),
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// Remembers the logits of one place, (vocabulary), so that chains can be tried on it without the engine.
#[derive(Default)]
pub struct Looker {
    /// Prompt and story before the place; empty before the first look.
    path: Vec<u32>,
    logits: Vec<f32>,
    /// The adapter that the logits were computed with.
    adapter: Option<AdapterSetting>,
    /// The last prompt and its tokens.
    prompt: (String, Vec<u32>),
}

impl Looker {
    /// Gets the logits after the first `position` tokens of a story, from memory or from the engine. Returns whether the engine
    /// was needed.
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
        // Tokens after the place stay in the engine's memory, for the next place.
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

    /// Reports what the chain of these settings does at the place last given to [`Self::place`], in the same story.
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
        // With other settings, Mirostat would have another threshold by now.
        let same = ["mirostat_tau", "mirostat_eta"]
            .iter()
            .all(|name| chain.options.get(name) == story.settings.options.get(name));
        let threshold = story.mirostat_bits.get(position).copied().filter(|_| same);
        let chosen = story.token_ids.get(position).copied();
        sampler(chain, tokenizer, model).explain(&self.logits, history, uniform, threshold, MOST, chosen)
    }
}
