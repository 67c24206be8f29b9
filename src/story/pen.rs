//! Writes the tokens of one story from logits, whichever engine they come from.

use super::Settings;
use super::generate::{Ended, GenerateError, Generation, Written, digest};
use crate::engine::{ENGINE_REVISION, EngineError};
use crate::metrics::{EarlierStories, Metrics, Reference, TokensRead, measure};
use crate::model::{ModelInfo, StoryDecoder, Tokenizer, plain_text};
use crate::sampling::{History, Random, Sampler};

/// The state of a story being written, without the engine.
pub struct Pen<'a> {
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    settings: Settings,
    /// The engine's context length.
    context: usize,
    sampler: Sampler,
    random: Random,
    decoder: StoryDecoder,
    prompt: Vec<u32>,
    /// The tokens of `written`.
    story: Vec<u32>,
    written: Vec<Written>,
    mirostat_bits: Vec<f64>,
    /// Number of the settings' forced tokens written so far.
    forced: usize,
    ended: Option<Ended>,
}

/// The tokens of a prompt, including the begin token. Never empty.
pub fn prompt_tokens(tokenizer: &Tokenizer, model: &ModelInfo, prompt: &str) -> Result<Vec<u32>, GenerateError> {
    let mut tokens: Vec<u32> = model.begin_token.into_iter().collect();
    tokens.extend(tokenizer.encode(prompt)?);
    if tokens.is_empty() { Err(GenerateError::NoBeginning) } else { Ok(tokens) }
}

/// The part of a prompt's tokens that penalties and DRY count. By newer rules, the hidden begin token does not count: often it is also
/// the end token, and a penalty on it would make the end of the story less likely.
pub fn counted<'a>(prompt: &'a [u32], settings: &Settings, model: &ModelInfo) -> &'a [u32] {
    let hidden = model.begin_token.filter(|_| !settings.rules.count_begin_token());
    hidden.and_then(|token| prompt.strip_prefix(&[token])).unwrap_or(prompt)
}

/// A sampler for these settings. Every token with a line break, a quotation mark, a colon or an asterisk is a sequence breaker for DRY, as
/// in llama.cpp; see `sampling/dry.rs`.
pub fn sampler(settings: &Settings, tokenizer: &Tokenizer, model: &ModelInfo) -> Sampler {
    let vocabulary = model.shape.vocabulary;
    let sampler = Sampler::new(settings.chain(), vocabulary);
    if settings.options.get("dry_multiplier").is_none_or(|multiplier| multiplier == 0.0) {
        return sampler;
    }
    let breaks = |&token: &u32| tokenizer.token_bytes(token).iter().any(|byte| b"\n:\"*".contains(byte));
    let breakers: Vec<u32> = (0..vocabulary as u32).filter(breaks).collect();
    sampler.breakers(&breakers)
}

impl<'a> Pen<'a> {
    /// Checks the settings. `context`: the engine's context length.
    pub fn new(
        context: usize,
        tokenizer: &'a Tokenizer,
        model: &'a ModelInfo,
        mut settings: Settings,
    ) -> Result<Self, GenerateError> {
        settings.check()?;
        // The same line ends as in text fields and links, so that a story and its link agree.
        settings.prompt = plain_text(&settings.prompt);
        settings.check_tokens(model.shape.vocabulary)?;
        let prompt = prompt_tokens(tokenizer, model, &settings.prompt)?;
        if prompt.len() >= context {
            return Err(GenerateError::PromptTooLong { tokens: prompt.len(), context });
        }
        // One token can be drawn after a full context, but not fed.
        let beyond = |&&(place, _): &&(u32, u32)| prompt.len() + place as usize > context;
        if let Some(&(place, _)) = settings.forced.iter().find(beyond) {
            return Err(GenerateError::ForcedBeyondContext { place, context });
        }
        Ok(Self {
            sampler: sampler(&settings, tokenizer, model),
            random: Random::new(settings.seed.into()),
            decoder: StoryDecoder::default(),
            prompt,
            story: Vec::with_capacity(settings.length as usize),
            written: Vec::with_capacity(settings.length as usize),
            mirostat_bits: Vec::new(),
            forced: 0,
            ended: None,
            context,
            tokenizer,
            model,
            settings,
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The prompt's tokens, including the begin token.
    pub fn prompt(&self) -> &[u32] {
        &self.prompt
    }

    /// Most positions that prompt and story can take.
    pub fn positions(&self) -> usize {
        self.prompt.len() + self.settings.length as usize
    }

    /// The token written last, which must be fed to the engine before [`Self::write`]; none before the first.
    pub fn last(&self) -> Option<u32> {
        self.story.last().copied()
    }

    /// The ids of the tokens so far.
    pub fn tokens(&self) -> &[u32] {
        &self.story
    }

    /// Number of tokens in the model's vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.model.shape.vocabulary
    }

    /// The tokens so far.
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Whether the story has ended. Call it before each token.
    pub fn is_done(&mut self) -> bool {
        if self.ended.is_none() && self.story.len() == self.settings.length as usize {
            self.ended = Some(Ended::Length);
        }
        // The position of the last token, which has not been fed yet, would be outside the context.
        if self.ended.is_none() && self.last().is_some() && self.prompt.len() + self.story.len() > self.context {
            self.ended = Some(Ended::Context);
        }
        self.ended.is_some()
    }

    /// Writes the next token, from the logits after all tokens so far; none if it ends the story.
    pub fn write(&mut self, logits: &[f32]) -> Result<Option<&Written>, GenerateError> {
        let place = self.written.len() as u32;
        let given = self.settings.forced.get(self.forced).filter(|forced| forced.0 == place).map(|forced| forced.1);
        let history = History { prompt: counted(&self.prompt, &self.settings, self.model), story: &self.story };
        self.mirostat_bits.extend(self.sampler.mirostat_bits());
        let choice = match given {
            Some(token) => self.sampler.force(token, logits, history, &mut self.random),
            None => self.sampler.choose(logits, history, &mut self.random),
        };
        self.forced += usize::from(given.is_some());
        let token = choice.token;
        if !choice.entropy_bits.is_finite() {
            return Err(EngineError::Overflow.into());
        }
        if Some(token) == self.model.end_token {
            self.ended = Some(Ended::Story);
            return Ok(None);
        }
        self.story.push(token);
        let bytes = self.tokenizer.token_bytes(token);
        // A text without a prompt begins without the space that SentencePiece puts before it.
        let whole = self.written.is_empty() && self.settings.prompt.is_empty() && self.tokenizer.leading_space();
        let bytes = if whole { bytes.strip_prefix(b" ").unwrap_or(bytes) } else { bytes };
        self.written.push(Written {
            index: self.written.len(),
            token,
            text: self.decoder.push(bytes),
            surprisal_bits: choice.surprisal_bits,
            entropy_bits: choice.entropy_bits,
            rank: choice.rank,
            forced: given.is_some(),
        });
        Ok(self.written.last())
    }

    /// Measures the text so far.
    pub fn measure(&self, earlier: &EarlierStories, reference: Option<&Reference>) -> Metrics {
        measure(self.read().reading(&self.text()), earlier, reference)
    }

    /// The text so far, without an incomplete character at its end.
    pub fn text(&self) -> String {
        self.written.iter().map(|written| written.text.as_str()).collect()
    }

    /// The tokens so far, as if they had been read.
    fn read(&self) -> TokensRead {
        TokensRead {
            token_ids: self.story.clone(),
            surprisal_bits: self.written.iter().map(|written| written.surprisal_bits).collect(),
            entropy_bits: self.written.iter().map(|written| written.entropy_bits).collect(),
        }
    }

    /// The finished story. If it has not ended by itself, it counts as stopped.
    pub fn finish(mut self, earlier: &EarlierStories, reference: Option<&Reference>) -> Generation {
        let rest = self.decoder.finish();
        if let Some(last) = self.written.last_mut() {
            last.text += &rest;
        }
        let token_texts: Vec<String> = self.written.iter().map(|written| written.text.clone()).collect();
        let text = token_texts.concat();
        let read = self.read();
        // The threshold after the last token, also if the end token, or nothing, was drawn after it.
        self.mirostat_bits.extend(self.sampler.mirostat_bits());
        self.mirostat_bits.truncate(self.written.len() + 1);
        Generation {
            metrics: measure(read.reading(&text), earlier, reference),
            settings: self.settings,
            engine_revision: ENGINE_REVISION,
            text,
            token_texts,
            digest: digest(&read.token_ids),
            token_ids: read.token_ids,
            surprisal_bits: read.surprisal_bits,
            entropy_bits: read.entropy_bits,
            ranks: self.written.iter().map(|written| written.rank).collect(),
            mirostat_bits: self.mirostat_bits,
            ended: self.ended.unwrap_or(Ended::Stopped),
            model: self.model.id(),
        }
    }
}
