//! Text to token ids and back: byte-level and SentencePiece BPE.

mod decoder;
mod json;
mod llama2c;
mod pieces;

pub use decoder::StoryDecoder;

use super::{ModelError, ModelInfo};
use json::Json;
use llama2c::Merger;
use pieces::Pieces;

/// A tokenizer. A special token's name in a text is ordinary text, so that a prompt can never contain an end of story.
/// Any text is restored by decoding, unless the vocabulary lacks both a character and its bytes.
pub struct Tokenizer {
    encoder: Encoder,
    /// The bytes of each token; empty for special tokens.
    pieces: Pieces,
    leading_space: bool,
}

enum Encoder {
    Json(Box<Json>),
    Llama2c(Box<Merger>),
}

impl Tokenizer {
    /// Reads a `tokenizer.json` (byte-level or SentencePiece BPE) or llama2.c's `tokenizer.bin`.
    pub fn new(file: &[u8]) -> Result<Self, ModelError> {
        // JSON has no zero bytes; tokenizer.bin begins with a small 32-bit number.
        let (encoder, pieces) = if file.get(..4).is_some_and(|start| start.contains(&0)) {
            let (merger, pieces) = llama2c::read(file)?;
            (Encoder::Llama2c(Box::new(merger)), pieces)
        } else {
            let (json, pieces) = json::read(super::without_mark(file))?;
            (Encoder::Json(Box::new(json)), pieces)
        };
        let mut tokenizer = Self { encoder, pieces, leading_space: false };
        let a = tokenizer.encode("a")?;
        tokenizer.leading_space = a.first().is_some_and(|&id| tokenizer.token_bytes(id).starts_with(b" "));
        Ok(tokenizer)
    }

    /// Number of tokens in the vocabulary, including special ones.
    pub fn vocabulary(&self) -> usize {
        self.pieces.len()
    }

    /// Checks that this tokenizer has the model's vocabulary.
    pub fn check_fits(&self, model: &ModelInfo) -> Result<(), ModelError> {
        let (model, tokenizer) = (model.shape.vocabulary, self.vocabulary());
        if model == tokenizer { Ok(()) } else { Err(ModelError::Vocabulary { model, tokenizer }) }
    }

    /// The token ids of a text, without begin or end tokens.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        match &self.encoder {
            Encoder::Json(json) => json.encode(text),
            Encoder::Llama2c(merger) => Ok(merger.encode(text, &self.pieces)),
        }
    }

    /// Whether [`Self::encode`] puts a space before a text, as SentencePiece does. The first token of a complete text
    /// is then written without its space; a continuation keeps its spaces.
    pub fn leading_space(&self) -> bool {
        self.leading_space
    }

    /// The text of token ids, as [`Self::encode`] gives them; bytes that are not UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| self.token_bytes(id)).copied().collect();
        let text = bytes.strip_prefix(b" ").filter(|_| self.leading_space).unwrap_or(&bytes);
        String::from_utf8_lossy(text).into_owned()
    }

    /// The bytes of one token; empty for special and unknown ids.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.pieces.get(id)
    }
}
