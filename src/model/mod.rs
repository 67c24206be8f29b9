//! Files on disk to weights, tokenizer and facts: GGUF files, and the way from a training checkpoint to one.

mod gguf;
mod hash;
#[cfg(not(target_arch = "wasm32"))]
mod quantize;
mod tokenizer;

pub use gguf::ModelFile;
pub(crate) use gguf::header as gguf_header;
pub use hash::sha256_hex;
#[cfg(not(target_arch = "wasm32"))]
pub use quantize::{Precision, quantize};
pub use tokenizer::{StoryDecoder, Tokenizer};

/// What can be wrong with a model or tokenizer file. The messages are meant for the reader.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not a GGUF file, or a damaged one.
    #[error("the model file is not a usable GGUF file: {0}")]
    Gguf(String),
    /// A GGUF file of another architecture.
    #[error("the model file holds a \"{0}\" model; Fabula runs the \"llama\" architecture")]
    Architecture(String),
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
