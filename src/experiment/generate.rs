//! One generation: settings in, a story token by token, then the whole with its measurements.

use super::{Scores, Settings, SettingsError, TokensRead};
use crate::engine::{ENGINE_REVISION, Engine, EngineError};
use crate::metrics::{EarlierStories, Metrics, Reference, measure};
use crate::model::{ModelError, ModelInfo, StoryDecoder, Tokenizer, sha256_hex};
use crate::sampling::{Chain, Random, Sampler};
use serde::Serialize;

/// Why no story could be written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error(
        "the prompt is too long: with its {tokens} tokens it leaves no room in the model's context of {context}; shorten it"
    )]
    PromptTooLong { tokens: usize, context: usize },
    #[error("the prompt is empty and this model has no token to begin a story with; write a prompt")]
    NoBeginning,
    #[error("{0}")]
    Model(#[from] ModelError),
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// Why a story ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The length asked for was reached.
    Length,
    /// The model ended the story itself.
    Story,
    /// The model's context is full.
    Context,
    /// The reader stopped it.
    Stopped,
}

/// One written token.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// Its place among the generated tokens, from 0.
    pub index: usize,
    /// Its id.
    pub token: u32,
    /// The text that it completes; empty while a character is incomplete.
    pub text: String,
    /// Surprisal in bits under the model itself (temperature 1, nothing truncated).
    pub surprisal_bits: f64,
    /// Entropy in bits of the model's distribution that it was drawn from (temperature 1, nothing truncated).
    pub entropy_bits: f64,
}

/// A finished generation, with all that is needed to show, share and repeat it.
#[derive(Clone, Debug, Serialize)]
pub struct Generation {
    pub settings: Settings,
    /// The generated text, without the prompt.
    pub text: String,
    /// The generated tokens; the token that ends a story is not one of them.
    pub token_ids: Vec<u32>,
    /// The text that each token completes.
    pub token_texts: Vec<String>,
    /// One number a token; see [`Written`].
    pub surprisal_bits: Vec<f64>,
    /// One number a token; see [`Written`].
    pub entropy_bits: Vec<f64>,
    /// See [`digest`].
    pub digest: String,
    pub metrics: Metrics,
    pub ended: Ended,
    /// `NAME@HASH8`.
    pub model: String,
    pub engine_revision: u32,
}

/// Digest of token ids: the first 8 hexadecimal digits of the SHA-256 of the ids as little-endian 32-bit
/// integers.
pub fn digest(token_ids: &[u32]) -> String {
    let bytes: Vec<u8> = token_ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    sha256_hex(&bytes)[..8].to_string()
}

impl Generation {
    /// Its tokens, as if they had been read.
    pub fn read(&self) -> TokensRead {
        TokensRead {
            token_ids: self.token_ids.clone(),
            surprisal_bits: self.surprisal_bits.clone(),
            entropy_bits: self.entropy_bits.clone(),
        }
    }

    /// SHA-256 over every surprisal, entropy and metric, and over its scores, bit for bit: equal where two machines measured the same.
    pub fn measurements_digest(&self, scores: &Scores) -> String {
        let numbers = self.surprisal_bits.iter().chain(&self.entropy_bits);
        let mut bytes: Vec<u8> = numbers.flat_map(|number| number.to_bits().to_le_bytes()).collect();
        // Rust prints the shortest decimal that reads back as the same float, on every machine.
        bytes.extend(format!("{:?} {scores:?}", self.metrics).bytes());
        sha256_hex(&bytes)
    }
}

/// Writes one story, a token at a call.
pub struct Writer<'a> {
    engine: &'a mut dyn Engine,
    tokenizer: &'a Tokenizer,
    model: &'a ModelInfo,
    settings: Settings,
    sampler: Sampler,
    random: Random,
    decoder: StoryDecoder,
    logits: Vec<f32>,
    last: Option<u32>,
    prompt: Vec<u32>,
    written: Vec<Written>,
    ended: Option<Ended>,
}

impl<'a> Writer<'a> {
    /// Checks the settings; [`Self::read_prompt`] comes next.
    pub fn new(
        engine: &'a mut dyn Engine,
        tokenizer: &'a Tokenizer,
        model: &'a ModelInfo,
        mut settings: Settings,
    ) -> Result<Self, GenerateError> {
        settings.check()?;
        // As text fields and links have it, so that a story and its link agree.
        settings.prompt = settings.prompt.replace("\r\n", "\n").replace('\r', "\n");
        let mut prompt: Vec<u32> = model.begin_token.into_iter().collect();
        prompt.extend(tokenizer.encode(&settings.prompt)?);
        if prompt.is_empty() {
            return Err(GenerateError::NoBeginning);
        }
        if prompt.len() >= engine.context() {
            return Err(GenerateError::PromptTooLong { tokens: prompt.len(), context: engine.context() });
        }
        let chain = Chain { temperature: settings.temperature, top_p: settings.top_p };
        engine.reset(prompt.len() + settings.length as usize);
        Ok(Self {
            sampler: Sampler::new(chain, model.shape.vocabulary),
            random: Random::new(settings.seed.into()),
            decoder: StoryDecoder::default(),
            last: None,
            logits: Vec::new(),
            prompt,
            written: Vec::with_capacity(settings.length as usize),
            ended: None,
            engine,
            tokenizer,
            model,
            settings,
        })
    }

    /// Feeds the next few tokens of the prompt; false when it has been read. In pieces, so that a caller can
    /// stop in between.
    pub fn read_prompt(&mut self) -> Result<bool, GenerateError> {
        const PIECE: usize = 16;
        let position = self.engine.position();
        let Some(rest) = self.prompt.get(position..).filter(|rest| !rest.is_empty()) else { return Ok(false) };
        let logits = self.engine.feed(&rest[..rest.len().min(PIECE)])?;
        self.logits.clear();
        self.logits.extend_from_slice(logits);
        Ok(true)
    }

    /// What the last token fed is followed by: one number a token of the vocabulary. Empty before the prompt is read.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Tokens of the prompt, the beginning of a story included.
    pub fn prompt_tokens(&self) -> usize {
        self.prompt.len()
    }

    /// Writes the next token; none when the story has ended. Reads what is left of the prompt first.
    pub fn step(&mut self) -> Result<Option<&Written>, GenerateError> {
        while self.written.is_empty() && self.read_prompt()? {}
        if self.ended.is_some() {
            return Ok(None);
        }
        if self.written.len() == self.settings.length as usize {
            return Ok(self.end(Ended::Length));
        }
        if let Some(last) = self.last.take() {
            if self.engine.position() == self.engine.context() {
                return Ok(self.end(Ended::Context));
            }
            self.logits.copy_from_slice(self.engine.feed(&[last])?);
        }
        let choice = self.sampler.choose(&self.logits, &mut self.random);
        let token = choice.token;
        if !choice.entropy_bits.is_finite() {
            return Err(EngineError::Overflow.into());
        }
        if Some(token) == self.model.end_token {
            return Ok(self.end(Ended::Story));
        }
        self.last = Some(token);
        let bytes = self.tokenizer.token_bytes(token);
        // The beginning of a whole text is written without the space that SentencePiece puts before it.
        let whole = self.written.is_empty() && self.settings.prompt.is_empty() && self.tokenizer.leading_space();
        let bytes = if whole { bytes.strip_prefix(b" ").unwrap_or(bytes) } else { bytes };
        self.written.push(Written {
            index: self.written.len(),
            token,
            text: self.decoder.push(bytes),
            surprisal_bits: choice.surprisal_bits,
            entropy_bits: choice.entropy_bits,
        });
        Ok(self.written.last())
    }

    fn end(&mut self, ended: Ended) -> Option<&Written> {
        self.ended = Some(ended);
        None
    }

    /// Measures what is written so far.
    pub fn measure(&self, earlier: &EarlierStories, reference: Option<&Reference>) -> Metrics {
        let text: String = self.written.iter().map(|written| written.text.as_str()).collect();
        measure(self.read().reading(&text), earlier, reference)
    }

    /// What is written so far, as if it had been read.
    fn read(&self) -> TokensRead {
        TokensRead {
            token_ids: self.written.iter().map(|written| written.token).collect(),
            surprisal_bits: self.written.iter().map(|written| written.surprisal_bits).collect(),
            entropy_bits: self.written.iter().map(|written| written.entropy_bits).collect(),
        }
    }

    /// The whole generation. A story that has not ended by itself counts as stopped.
    pub fn finish(mut self, earlier: &EarlierStories, reference: Option<&Reference>) -> Generation {
        let rest = self.decoder.finish();
        if let Some(last) = self.written.last_mut() {
            last.text += &rest;
        }
        let ended = self.ended.unwrap_or(Ended::Stopped);
        let token_texts: Vec<String> = self.written.iter().map(|written| written.text.clone()).collect();
        let text = token_texts.concat();
        let read = self.read();
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
            ended,
            model: self.model.id(),
        }
    }
}

#[test]
fn digest_by_hand() {
    // SHA-256 of no bytes, and of 01 00 00 00.
    assert_eq!(digest(&[]), "e3b0c442");
    assert_eq!(digest(&[1]), &sha256_hex(&[1, 0, 0, 0])[..8]);
    assert_ne!(digest(&[1, 2]), digest(&[2, 1]));
}
