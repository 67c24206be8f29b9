//! A GGUF file, opened and checked. Format: ggml's `docs/gguf.md`; read by candle.

use super::{ModelError, sha256_hex};
use candle_core::quantized::gguf_file::{Content, Value};
use std::io::Cursor;

/// A GGUF "llama" model: its bytes and the facts in its header.
pub struct ModelFile {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// `general.name`, or "model".
    pub name: String,
    /// First 8 hexadecimal digits of the file's SHA-256.
    pub hash8: String,
    /// Positions that the model was trained for.
    pub context: usize,
    /// Tokens in the vocabulary.
    pub vocabulary: usize,
    /// Number of weights.
    pub parameters: usize,
    /// Token that begins every text.
    pub begin_token: Option<u32>,
    /// Token that ends a text.
    pub end_token: Option<u32>,
}

impl ModelFile {
    /// Reads the header; the weights are read by the engine.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ModelError> {
        let content = header(&bytes)?;
        let text = |key: &str| content.metadata.get(key).and_then(|value| value.to_string().ok()).cloned();
        let number = |key: &str| content.metadata.get(key).and_then(unsigned);
        let architecture = text("general.architecture").ok_or_else(|| missing("general.architecture"))?;
        if architecture != "llama" {
            return Err(ModelError::Architecture(architecture));
        }
        let context = number("llama.context_length").ok_or_else(|| missing("llama.context_length"))? as usize;
        let embedding = content.tensor_infos.get("token_embd.weight").ok_or_else(|| missing("token_embd.weight"))?;
        let vocabulary = embedding.shape.dims().first().copied().unwrap_or(0);
        if context == 0 || vocabulary == 0 {
            return Err(ModelError::Gguf("its context or vocabulary is empty".into()));
        }
        let parameters = content.tensor_infos.values().map(|tensor| tensor.shape.elem_count()).sum();
        let token = |key: &str| number(key).filter(|&id| (id as usize) < vocabulary);
        Ok(Self {
            name: text("general.name").unwrap_or_else(|| "model".into()),
            hash8: sha256_hex(&bytes)[..8].to_string(),
            context,
            vocabulary,
            parameters,
            begin_token: token("tokenizer.ggml.bos_token_id"),
            end_token: token("tokenizer.ggml.eos_token_id"),
            bytes,
        })
    }

    /// `NAME@HASH8`, as links and results name the model: of the name what a link can carry.
    pub fn id(&self) -> String {
        let plain = |character: char| {
            if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '-' }
        };
        let name: String = self.name.chars().take(64).map(plain).collect();
        format!("{}@{}", if name.is_empty() { "model" } else { &name }, self.hash8)
    }
}

/// Parses the header and proves that every tensor lies within the file, so that no later read can ask for
/// more memory than the file has bytes.
pub(crate) fn header(bytes: &[u8]) -> Result<Content, ModelError> {
    let content = Content::read(&mut Cursor::new(bytes)).map_err(|error| ModelError::Gguf(first_line(&error)))?;
    for (name, tensor) in &content.tensor_infos {
        let blocks = tensor.shape.dims().iter().try_fold(1usize, |product, &size| product.checked_mul(size));
        let end = blocks
            .map(|elements| elements / tensor.ggml_dtype.block_size())
            .and_then(|blocks| blocks.checked_mul(tensor.ggml_dtype.type_size()))
            .and_then(|size| size.checked_add(tensor.offset as usize))
            .and_then(|end| end.checked_add(content.tensor_data_offset as usize));
        if end.is_none_or(|end| end > bytes.len()) {
            return Err(ModelError::Gguf(format!("it ends before its tensor {name} does; download it again")));
        }
    }
    Ok(content)
}

fn missing(key: &str) -> ModelError {
    ModelError::Gguf(format!("{key} is missing"))
}

/// candle's errors may carry a backtrace; the first line says what happened.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_string()
}

fn unsigned(value: &Value) -> Option<u32> {
    match value {
        Value::U64(number) => u32::try_from(*number).ok(),
        Value::I32(number) => u32::try_from(*number).ok(),
        other => other.to_u32().ok(),
    }
}
