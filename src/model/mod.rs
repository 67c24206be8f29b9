//! Files on disk to weights, tokenizer and facts: GGUF files, and the way from a training checkpoint to one.

mod gguf;
mod hash;
#[cfg(not(target_arch = "wasm32"))]
mod quantize;
mod rows;
mod tokenizer;
mod weights;

pub use hash::{sha256_hex, sha256_of};
#[cfg(not(target_arch = "wasm32"))]
pub use quantize::{Precision, quantize};
pub use tokenizer::{StoryDecoder, Tokenizer};
pub use weights::{Model, ModelInfo, Part, Shape, Tensor, Weights};

use std::io::{Read, Seek};

/// Opens a model file: finds out its format, reads and checks what it says of itself.
pub fn open<R: Read + Seek + 'static>(source: R) -> Result<Model, ModelError> {
    gguf::open(source, "model")
}

/// What can be wrong with a model or tokenizer file. The messages are meant for the reader.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not a GGUF file, or a damaged one.
    #[error("the model file is not a usable GGUF file: {0}")]
    Gguf(String),
    /// A model file whose weights are no numbers.
    #[error("the model file is damaged: {0}; download it again")]
    Damaged(String),
    /// A GGUF file of another architecture.
    #[error("the model file holds a \"{0}\" model; Fabula runs the \"llama\" architecture")]
    Architecture(String),
    /// Sizes that no model of this architecture has, or a variant of it that the engine does not run.
    #[error("the model cannot be used: {0}")]
    Shape(String),
    /// The file could not be read.
    #[error("the model file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The tokenizer file cannot be used.
    #[error("the tokenizer file is not a usable tokenizer.json: {0}")]
    Tokenizer(String),
    /// Model and tokenizer are not of one family.
    #[error("model and tokenizer do not belong together: {model} tokens in the model, {tokenizer} in the tokenizer")]
    Vocabulary { model: usize, tokenizer: usize },
    /// A training checkpoint that cannot be turned into GGUF.
    #[error("{0}")]
    Checkpoint(String),
}
