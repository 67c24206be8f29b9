//! One generation: settings in, a story token by token, then the whole with its measurements.

use super::{Scores, Settings, SettingsError, TokensRead};
use crate::engine::{ENGINE_REVISION, Engine, EngineError};
use crate::metrics::{EarlierStories, Metrics, Reference, measure};
use crate::model::{ModelError, ModelInfo, StoryDecoder, Tokenizer, sha256_hex};
use crate::sampling::{History, Random, Sampler};
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
    /// Its rank among all tokens under the model itself, from 1; of equally likely ones the lower id comes first.
    pub rank: u32,
    /// Whether it was given rather than drawn; see [`Settings::forced`].
    pub forced: bool,
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
    /// One number a token; see [`Written`].
    pub ranks: Vec<u32>,
    /// Mirostat's threshold in bits before each token and after the last; empty where the chain has no Mirostat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mirostat_bits: Vec<f64>,
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

    /// SHA-256 over every surprisal, entropy, rank and metric, and over its scores, bit for bit: equal where two machines measured the same.
    pub fn measurements_digest(&self, scores: &Scores) -> String {
        let numbers = self.surprisal_bits.iter().chain(&self.entropy_bits);
        let mut bytes: Vec<u8> = numbers.flat_map(|number| number.to_bits().to_le_bytes()).collect();
        bytes.extend(self.ranks.iter().flat_map(|rank| rank.to_le_bytes()));
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
    /// The tokens of `written`.
    story: Vec<u32>,
    written: Vec<Written>,
    mirostat_bits: Vec<f64>,
    /// How many of the settings' forced tokens have been written.
    forced: usize,
    ended: Option<Ended>,
}

/// The tokens that a prompt begins a story with, not empty.
pub fn prompt_tokens(tokenizer: &Tokenizer, model: &ModelInfo, prompt: &str) -> Result<Vec<u32>, GenerateError> {
    let mut tokens: Vec<u32> = model.begin_token.into_iter().collect();
    tokens.extend(tokenizer.encode(prompt)?);
    if tokens.is_empty() { Err(GenerateError::NoBeginning) } else { Ok(tokens) }
}

/// A sampler for these settings. Lines, quotations, colons and stars end what DRY takes for repeated, as where it comes from.
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
        settings.check_tokens(model.shape.vocabulary)?;
        let prompt = prompt_tokens(tokenizer, model, &settings.prompt)?;
        if prompt.len() >= engine.context() {
            return Err(GenerateError::PromptTooLong { tokens: prompt.len(), context: engine.context() });
        }
        // What it has read of this prompt already is not read again.
        engine.rewind_to(&prompt);
        engine.reserve(prompt.len() + settings.length as usize);
        Ok(Self {
            sampler: sampler(&settings, tokenizer, model),
            random: Random::new(settings.seed.into()),
            decoder: StoryDecoder::default(),
            last: None,
            logits: Vec::new(),
            prompt,
            story: Vec::with_capacity(settings.length as usize),
            written: Vec::with_capacity(settings.length as usize),
            mirostat_bits: Vec::new(),
            forced: 0,
            ended: None,
            engine,
            tokenizer,
            model,
            settings,
        })
    }

    /// Feeds the next few tokens of the prompt, as far as the engine does not know it; false when all has been read. In pieces, so that a caller can
    /// stop in between.
    pub fn read_prompt(&mut self) -> Result<bool, GenerateError> {
        const PIECE: usize = 16;
        let position = self.engine.position();
        let rest = self.prompt.get(position..).unwrap_or_default();
        let logits = match rest {
            [] if !self.logits.is_empty() => return Ok(false),
            // The engine knew the whole prompt.
            [] => self.engine.again(position)?,
            _ => self.engine.feed(&rest[..rest.len().min(PIECE)])?,
        };
        self.logits.clear();
        self.logits.extend_from_slice(logits);
        Ok(self.engine.position() < self.prompt.len())
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
        let place = self.written.len() as u32;
        let given = self.settings.forced.get(self.forced).filter(|forced| forced.0 == place).map(|forced| forced.1);
        let history = History { prompt: &self.prompt, story: &self.story };
        self.mirostat_bits.extend(self.sampler.mirostat_bits());
        let choice = match given {
            Some(token) => self.sampler.force(token, &self.logits, history, &mut self.random),
            None => self.sampler.choose(&self.logits, history, &mut self.random),
        };
        self.forced += usize::from(given.is_some());
        let token = choice.token;
        if !choice.entropy_bits.is_finite() {
            return Err(EngineError::Overflow.into());
        }
        if Some(token) == self.model.end_token {
            return Ok(self.end(Ended::Story));
        }
        self.last = Some(token);
        self.story.push(token);
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
            rank: choice.rank,
            forced: given.is_some(),
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
        // Before each token, and after the last: also where one that is not counted, or none, was drawn after it.
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
