//! Converts a Hugging Face Llama checkpoint (`config.json`, `model.safetensors`, `tokenizer.json`) to one GGUF file.
//!
//! The result is a standard "llama" GGUF that contains its tokenizer, so llama.cpp and programs built on it can read it too.

use super::ModelError;
use super::gguf::tensor_name;
use super::path::checkpoint_in;
use super::weights::{Model, ModelInfo, Part, Tensor};
use candle_core::Device;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Number format of the matrices; norms are always F32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 8-bit integers, with one 16-bit scale per 32 weights of a row.
    Q8_0,
}

/// Converts the checkpoint in `folder` to the bytes of a GGUF file with the given name. Refuses variants of Llama that cannot be run
/// either.
pub fn quantize(folder: &Path, name: &str, precision: Precision) -> Result<Vec<u8>, ModelError> {
    let mut model = checkpoint_in(folder)?;
    let tensors = tensors(&mut model, precision)?;
    let tokenizer = folder.join("tokenizer.json");
    let tokenizer = std::fs::read(&tokenizer)
        .map_err(|error| ModelError::Checkpoint(format!("{}: {error}", tokenizer.display())))?;
    let metadata = metadata(&model.info, name, precision, &tokenizer)?;

    let mut file = std::io::Cursor::new(Vec::new());
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut file, &metadata, &tensors).map_err(|error| failed("writing", &error))?;
    Ok(file.into_inner())
}

/// GGUF's tensors in the order of the forward pass. GGUF pairs the rows of a head like the engine, so rows are written in the order in
/// which they are read.
fn tensors(model: &mut Model, precision: Precision) -> Result<Vec<(String, QTensor)>, ModelError> {
    let shape = model.info.shape;
    let mut out = Vec::new();
    for tensor in Tensor::all(&shape).filter(|&tensor| model.weights.has(tensor)).collect::<Vec<_>>() {
        let name = tensor_name(tensor);
        let (rows, columns) = tensor.size(&shape);
        let mut values = vec![0.0f32; rows * columns];
        model.weights.read_rows(tensor, 0, &mut values)?;
        let is_vector = matches!(tensor, Tensor::OutputNorm | Tensor::Layer(_, Part::AttentionNorm | Part::FeedNorm));
        let kind = match precision {
            Precision::Q8_0 if !is_vector => GgmlDType::Q8_0,
            _ => GgmlDType::F32,
        };
        let values = match is_vector {
            true => candle_core::Tensor::from_vec(values, columns, &Device::Cpu),
            false => candle_core::Tensor::from_vec(values, (rows, columns), &Device::Cpu),
        };
        let stored =
            values.and_then(|values| QTensor::quantize(&values, kind)).map_err(|error| failed(&name, &error))?;
        out.push((name, stored));
    }
    Ok(out)
}

fn metadata(
    model: &ModelInfo,
    name: &str,
    precision: Precision,
    tokenizer: &[u8],
) -> Result<BTreeMap<String, Value>, ModelError> {
    let shape = &model.shape;
    let Vocabulary { tokens, kinds, merges } = vocabulary(tokenizer)?;
    if tokens.len() != shape.vocabulary {
        return Err(ModelError::Vocabulary { model: shape.vocabulary, tokenizer: tokens.len() });
    }
    // llama.cpp takes the head's width from the number of heads.
    if shape.query_width() != shape.width {
        let words = format!(
            "its heads have a total width of {}, but the model's width is {}, which is not supported here",
            shape.query_width(),
            shape.width
        );
        return Err(ModelError::Shape(words));
    }
    let number = |value: usize| Value::U32(value as u32);
    let strings = |values: Vec<String>| Value::Array(values.into_iter().map(Value::String).collect());
    let mut metadata = BTreeMap::from(
        [
            ("general.architecture", Value::String("llama".into())),
            ("general.name", Value::String(name.into())),
            // llama.cpp's numbers: 0 all F32, 7 mostly Q8_0.
            ("general.file_type", number(if precision == Precision::F32 { 0 } else { 7 })),
            ("general.quantization_version", number(2)),
            ("llama.context_length", number(shape.context)),
            ("llama.embedding_length", number(shape.width)),
            ("llama.block_count", number(shape.layers)),
            ("llama.feed_forward_length", number(shape.hidden)),
            ("llama.attention.head_count", number(shape.heads)),
            ("llama.attention.head_count_kv", number(shape.key_heads)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(shape.epsilon)),
            ("llama.rope.dimension_count", number(shape.head)),
            ("llama.rope.freq_base", Value::F32(shape.rotary_base)),
            ("llama.vocab_size", number(shape.vocabulary)),
            ("tokenizer.ggml.model", Value::String("gpt2".into())),
            ("tokenizer.ggml.pre", Value::String("gpt-2".into())),
            ("tokenizer.ggml.tokens", strings(tokens)),
            ("tokenizer.ggml.token_type", Value::Array(kinds.into_iter().map(Value::I32).collect())),
            ("tokenizer.ggml.merges", strings(merges)),
            ("tokenizer.ggml.add_bos_token", Value::Bool(model.begin_token.is_some())),
        ]
        .map(|(key, value)| (key.to_string(), value)),
    );
    for (key, token) in [("bos", model.begin_token), ("eos", model.end_token)] {
        if let Some(id) = token {
            metadata.insert(format!("tokenizer.ggml.{key}_token_id"), Value::U32(id));
        }
    }
    Ok(metadata)
}

/// A byte-level BPE vocabulary, as GGUF stores it.
struct Vocabulary {
    /// By id.
    tokens: Vec<String>,
    /// llama.cpp's numbers: 1 normal, 3 control.
    kinds: Vec<i32>,
    /// "left right", in order of rank.
    merges: Vec<String>,
}

fn vocabulary(tokenizer: &[u8]) -> Result<Vocabulary, ModelError> {
    #[derive(Deserialize)]
    struct File {
        added_tokens: Vec<Added>,
        model: Model,
    }
    #[derive(Deserialize)]
    struct Added {
        id: usize,
        content: String,
        special: bool,
    }
    #[derive(Deserialize)]
    struct Model {
        vocab: HashMap<String, usize>,
        merges: Vec<Merge>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Merge {
        Pair(String, String),
        Joined(String),
    }
    let file: File = serde_json::from_slice(super::without_mark(tokenizer))
        .map_err(|error| ModelError::Tokenizer(format!("not a byte-level BPE ({error})")))?;
    let mut pieces: BTreeMap<usize, (String, i32)> =
        file.model.vocab.into_iter().map(|(piece, id)| (id, (piece, 1))).collect();
    for added in file.added_tokens {
        pieces.insert(added.id, (added.content, if added.special { 3 } else { 1 }));
    }
    if pieces.keys().copied().ne(0..pieces.len()) {
        return Err(ModelError::Tokenizer("its token ids have gaps".into()));
    }
    let (tokens, kinds) = pieces.into_values().unzip();
    let merges = file.model.merges.into_iter().map(|merge| match merge {
        Merge::Pair(left, right) => format!("{left} {right}"),
        Merge::Joined(joined) => joined,
    });
    Ok(Vocabulary { tokens, kinds, merges: merges.collect() })
}

fn failed(what: &str, error: &candle_core::Error) -> ModelError {
    ModelError::Checkpoint(format!("{what}: {}", error.to_string().lines().next().unwrap_or_default()))
}
