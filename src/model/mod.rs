//! Reads model files of three formats, adapters and tokenizers, and converts training checkpoints to GGUF.

mod adapter;
mod gguf;
mod hash;
pub mod id;
mod llama2c;
#[cfg(not(target_arch = "wasm32"))]
mod path;
mod plain;
#[cfg(not(target_arch = "wasm32"))]
mod quantize;
mod rows;
mod safetensors;
mod tokenizer;
mod weights;

pub use adapter::{Adapter, LowRank};
pub use hash::{sha256_hex, sha256_of};
#[cfg(not(target_arch = "wasm32"))]
pub use path::{open_adapter, open_path, tokenizer_path};
pub use plain::{plain_option, plain_string, plain_text, without_mark};
#[cfg(not(target_arch = "wasm32"))]
pub use quantize::{Precision, quantize};
pub use safetensors::open_safetensors;
pub use tokenizer::{StoryDecoder, Tokenizer};
pub use weights::{LONGEST_CONTEXT, Model, ModelInfo, Part, Shape, Tensor, Weights};

use std::io::{Read, Seek, SeekFrom};

/// Opens a model file: detects its format, then reads and checks its header. GGUF and llama2.c only; a safetensors file needs its
/// configuration too, see [`open_safetensors`].
pub fn open<R: Read + Seek + 'static>(source: R) -> Result<Model, ModelError> {
    open_from(source, Origin { name: "model", sha256: None })
}

/// What is known about a file besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The name of a model whose file contains none.
    pub name: &'a str,
    /// The file's SHA-256, if it was already checked: 64 lower-case hexadecimal digits.
    pub sha256: Option<&'a str>,
}

/// The same, with what is known about the file.
pub fn open_from<R: Read + Seek + 'static>(mut source: R, origin: Origin) -> Result<Model, ModelError> {
    let mut start = Vec::new();
    source.seek(SeekFrom::Start(0))?;
    source.by_ref().take(llama2c::HEADER as u64).read_to_end(&mut start)?;
    let magic = &start[..start.len().min(4)];
    if b"GGUF".starts_with(magic) {
        return gguf::open(source, origin);
    }
    let versioned = magic == llama2c::VERSIONED.to_le_bytes();
    if versioned || start.as_slice().try_into().is_ok_and(llama2c::plausible) {
        return llama2c::open(source, origin);
    }
    if start.get(8) == Some(&b'{') {
        return Err(ModelError::Safetensors("open it together with its config.json".into()));
    }
    Err(ModelError::Format)
}

/// What can be wrong with a model or tokenizer file. The messages are shown to users.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// None of the formats.
    #[error("the model file is not GGUF, a llama2.c checkpoint of 32-bit floats or safetensors, or it is damaged")]
    Format,
    /// Not a GGUF file, or a damaged one.
    #[error("the model file is not a usable GGUF file: {0}")]
    Gguf(String),
    /// Not a llama2.c checkpoint, or a damaged one.
    #[error("the model file is not a usable llama2.c checkpoint: {0}")]
    Llama2c(String),
    /// Not a safetensors file, or a damaged one.
    #[error("the model file is not a usable safetensors file: {0}")]
    Safetensors(String),
    /// The config.json next to a safetensors file.
    #[error("config.json is not usable: {0}")]
    Config(String),
    /// A model file with weights that are not finite.
    #[error("the model file is damaged: {0}; download it again")]
    Damaged(String),
    /// A model of another architecture.
    #[error("the model file has the architecture \"{0}\"; Fabula supports only \"llama\"")]
    Architecture(String),
    /// Impossible sizes for this architecture, or a variant of it that the engine does not support.
    #[error("the model cannot be used: {0}")]
    Shape(String),
    /// The file could not be read.
    #[error("the model file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The tokenizer file cannot be used.
    #[error("the tokenizer file is not usable: {0}")]
    Tokenizer(String),
    /// Model and tokenizer have different vocabularies.
    #[error("model and tokenizer do not match: the model has {model} tokens, the tokenizer {tokenizer}")]
    Vocabulary { model: usize, tokenizer: usize },
    /// Not an adapter, a damaged one, or one for another model.
    #[error("the adapter cannot be used: {0}")]
    Adapter(String),
    /// The adapter_config.json next to an adapter.
    #[error("adapter_config.json is not usable: {0}")]
    AdapterConfig(String),
    /// A training checkpoint that cannot be read or converted to GGUF.
    #[error("{0}")]
    Checkpoint(String),
}
