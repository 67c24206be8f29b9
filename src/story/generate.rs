//! Writes one story from settings, token by token, and returns it with its measurements.

use super::{Pen, Settings, SettingsError};
use crate::engine::{Engine, EngineError};
use crate::metrics::{EarlierStories, Metrics, Reference, TokensRead};
use crate::model::{ModelError, ModelInfo, Tokenizer, sha256_hex};
use serde::{Deserialize, Serialize};

/// Why no story could be written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("the prompt is too long: its {tokens} tokens fill the model's context of {context}; shorten the prompt")]
    PromptTooLong { tokens: usize, context: usize },
    #[error("the forced token at place {place} does not fit: prompt and story together can have {context} tokens")]
    ForcedBeyondContext { place: u32, context: usize },
    #[error("this model cannot begin a story without a prompt; write one")]
    NoBeginning,
    #[error("{0}")]
    Model(#[from] ModelError),
    #[error("{0}")]
    Engine(#[from] EngineError),
}

/// Why a story ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Ending"))]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The requested length was reached.
    Length,
    /// The model ended the story itself.
    Story,
    /// The model's context is full.
    Context,
    /// The user stopped it.
    Stopped,
}

impl Ended {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Story => "story",
            Self::Context => "context",
            Self::Stopped => "stopped",
        }
    }
}

/// One written token.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// Its place among the generated tokens, from 0.
    pub index: usize,
    /// Its id.
    pub token: u32,
    /// The text that it completes; empty if a character is still incomplete.
    pub text: String,
    /// Surprisal in bits under the model itself (temperature 1, no truncation).
    pub surprisal_bits: f64,
    /// Entropy in bits of the model's own distribution at its place (temperature 1, no truncation).
    pub entropy_bits: f64,
    /// Its rank among all tokens under the model itself, from 1; in a tie, the lower id comes first.
    pub rank: u32,
    /// Whether it was given rather than drawn; see [`Settings::forced`].
    pub forced: bool,
}

/// A finished story, with everything needed to show, share and repeat it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Generation {
    pub settings: Settings,
    /// The generated text, without the prompt.
    pub text: String,
    /// The generated tokens; the token that ends a story is not one of them.
    pub token_ids: Vec<u32>,
    /// The text that each token completes.
    pub token_texts: Vec<String>,
    /// One per token; see [`Written`].
    pub surprisal_bits: Vec<f64>,
    /// One per token; see [`Written`].
    pub entropy_bits: Vec<f64>,
    /// One per token; see [`Written`].
    pub ranks: Vec<u32>,
    /// Mirostat's threshold in bits before each token and after the last; empty if the chain has no Mirostat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional = nullable))]
    pub mirostat_bits: Vec<f64>,
    /// See [`digest`].
    pub digest: String,
    /// Files and messages contain them among all numbers of the story, by name.
    #[serde(skip)]
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
}

/// Writes one story, one token per call.
pub struct Writer<'a> {
    engine: &'a mut dyn Engine,
    pen: Pen<'a>,
    logits: Vec<f32>,
}

impl<'a> Writer<'a> {
    /// Checks the settings, and adapts the engine to them; [`Self::read_prompt`] comes next.
    pub fn new(
        engine: &'a mut dyn Engine,
        tokenizer: &'a Tokenizer,
        model: &'a ModelInfo,
        settings: Settings,
    ) -> Result<Self, GenerateError> {
        let pen = Pen::new(engine.context(), tokenizer, model, settings)?;
        engine.adapt(pen.settings().adapter())?;
        // Keep the part of this prompt that was already read.
        engine.rewind_to(pen.prompt());
        engine.reserve(pen.positions());
        Ok(Self { engine, pen, logits: Vec::new() })
    }

    /// Feeds the next few unread tokens of the prompt; false when all have been read. It works in pieces, so that a caller
    /// can stop in between.
    pub fn read_prompt(&mut self) -> Result<bool, GenerateError> {
        const PIECE: usize = 16;
        let position = self.engine.position();
        let prompt = self.pen.prompt();
        let rest = prompt.get(position..).unwrap_or_default();
        let logits = match rest {
            [] if !self.logits.is_empty() => return Ok(false),
            // The engine has already read the whole prompt.
            [] => self.engine.again(position)?,
            _ => self.engine.feed(&rest[..rest.len().min(PIECE)])?,
        };
        self.logits.clear();
        self.logits.extend_from_slice(logits);
        Ok(self.engine.position() < prompt.len())
    }

    /// The logits after the last token fed: (vocabulary). Empty before the prompt is read.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// Tokens of the prompt, including the begin token.
    pub fn prompt_tokens(&self) -> usize {
        self.pen.prompt().len()
    }

    /// Writes the next token; none when the story has ended. Reads the rest of the prompt first.
    pub fn step(&mut self) -> Result<Option<&Written>, GenerateError> {
        while self.pen.last().is_none() && self.read_prompt()? {}
        if self.pen.is_done() {
            return Ok(None);
        }
        if let Some(last) = self.pen.last() {
            self.logits.copy_from_slice(self.engine.feed(&[last])?);
        }
        self.pen.write(&self.logits)
    }

    /// The text so far, without an incomplete character at its end.
    pub fn text(&self) -> String {
        self.pen.text()
    }

    /// Measures the text so far.
    pub fn measure(&self, earlier: &EarlierStories, reference: Option<&Reference>) -> Metrics {
        self.pen.measure(earlier, reference)
    }

    /// The finished story. If it has not ended by itself, it counts as stopped.
    pub fn finish(self, earlier: &EarlierStories, reference: Option<&Reference>) -> Generation {
        self.pen.finish(earlier, reference)
    }
}

#[test]
fn digest_by_hand() {
    // SHA-256 of no bytes, and of 01 00 00 00.
    assert_eq!(digest(&[]), "e3b0c442");
    assert_eq!(digest(&[1]), &sha256_hex(&[1, 0, 0, 0])[..8]);
    assert_ne!(digest(&[1, 2]), digest(&[2, 1]));
}
