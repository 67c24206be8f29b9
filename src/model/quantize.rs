//! A Hugging Face Llama checkpoint to GGUF: `config.json`, `model.safetensors`, `tokenizer.json` in, one file out.
//!
//! The result is a standard "llama" GGUF with its tokenizer inside, so llama.cpp and what is built on it
//! read it too.

use super::ModelError;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// How the matrices are stored; norms are always F32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 8-bit integers with one 16-bit scale for every 32 weights of a row.
    Q8_0,
}

/// The fields of `config.json` that the shape depends on.
#[derive(Deserialize)]
struct Config {
    architectures: Vec<String>,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    vocab_size: usize,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    rope_theta: Option<f32>,
    #[serde(default)]
    tie_word_embeddings: bool,
    bos_token_id: Option<u32>,
    eos_token_id: Option<u32>,
}

/// Writes the checkpoint in `folder` as GGUF to `output`, under the given name.
pub fn quantize(folder: &Path, output: &Path, name: &str, precision: Precision) -> Result<(), ModelError> {
    let config: Config = serde_json::from_slice(&read(&folder.join("config.json"))?)
        .map_err(|error| ModelError::Checkpoint(format!("config.json: {error}")))?;
    if config.architectures != ["LlamaForCausalLM"] {
        return Err(ModelError::Architecture(config.architectures.join(", ")));
    }
    let weights = candle_core::safetensors::load_buffer(&read(&folder.join("model.safetensors"))?, &Device::Cpu)
        .map_err(|error| failed("model.safetensors", &error))?;
    let tensors = tensors(&config, &weights, precision)?;
    let metadata = metadata(&config, name, precision, &read(&folder.join("tokenizer.json"))?)?;

    let mut file = std::io::Cursor::new(Vec::new());
    let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut file, &metadata, &tensors).map_err(|error| failed("writing", &error))?;
    std::fs::write(output, file.into_inner())
        .map_err(|error| ModelError::Checkpoint(format!("{}: {error}", output.display())))
}

/// GGUF's tensors in the order of the forward pass.
fn tensors(
    config: &Config,
    weights: &HashMap<String, Tensor>,
    precision: Precision,
) -> Result<Vec<(String, QTensor)>, ModelError> {
    let get = |name: &str| {
        let tensor = weights.get(name).ok_or_else(|| ModelError::Checkpoint(format!("the weights lack {name}")))?;
        tensor.to_dtype(DType::F32).map_err(|error| failed(name, &error))
    };
    let store = |tensor: Tensor, name: &str| {
        let kind = match precision {
            Precision::Q8_0 if tensor.rank() == 2 => GgmlDType::Q8_0,
            _ => GgmlDType::F32,
        };
        QTensor::quantize(&tensor, kind).map_err(|error| failed(name, &error))
    };
    let mut out = Vec::new();
    let mut add = |gguf: String, hugging_face: &str, heads: Option<usize>| -> Result<(), ModelError> {
        let mut tensor = get(hugging_face)?;
        if let Some(heads) = heads {
            tensor = interleave(&tensor, heads).map_err(|error| failed(hugging_face, &error))?;
        }
        out.push((gguf, store(tensor, hugging_face)?));
        Ok(())
    };
    add("token_embd.weight".into(), "model.embed_tokens.weight", None)?;
    let heads = config.num_attention_heads;
    let key_heads = config.num_key_value_heads.unwrap_or(heads);
    for layer in 0..config.num_hidden_layers {
        for (gguf, hugging_face, heads) in [
            ("attn_norm", "input_layernorm", None),
            ("attn_q", "self_attn.q_proj", Some(heads)),
            ("attn_k", "self_attn.k_proj", Some(key_heads)),
            ("attn_v", "self_attn.v_proj", None),
            ("attn_output", "self_attn.o_proj", None),
            ("ffn_norm", "post_attention_layernorm", None),
            ("ffn_gate", "mlp.gate_proj", None),
            ("ffn_up", "mlp.up_proj", None),
            ("ffn_down", "mlp.down_proj", None),
        ] {
            add(format!("blk.{layer}.{gguf}.weight"), &format!("model.layers.{layer}.{hugging_face}.weight"), heads)?;
        }
    }
    add("output_norm.weight".into(), "model.norm.weight", None)?;
    if !config.tie_word_embeddings {
        add("output.weight".into(), "lm_head.weight", None)?;
    }
    Ok(out)
}

/// Hugging Face rotates the pairs (i, i + d/2) of a head, GGUF's "llama" the pairs (2i, 2i + 1): the rows of
/// the query and key projections move accordingly. Shape: (heads * d, hidden) in and out.
fn interleave(projection: &Tensor, heads: usize) -> candle_core::Result<Tensor> {
    let (rows, hidden) = projection.dims2()?;
    projection.reshape((heads, 2, rows / heads / 2, hidden))?.transpose(1, 2)?.contiguous()?.reshape((rows, hidden))
}

fn metadata(
    config: &Config,
    name: &str,
    precision: Precision,
    tokenizer: &[u8],
) -> Result<BTreeMap<String, Value>, ModelError> {
    let Vocabulary { tokens, kinds, merges } = vocabulary(tokenizer)?;
    if tokens.len() != config.vocab_size {
        return Err(ModelError::Vocabulary { model: config.vocab_size, tokenizer: tokens.len() });
    }
    let number = |value: usize| Value::U32(value as u32);
    let heads = config.num_attention_heads;
    let strings = |values: Vec<String>| Value::Array(values.into_iter().map(Value::String).collect());
    let mut metadata = BTreeMap::from(
        [
            ("general.architecture", Value::String("llama".into())),
            ("general.name", Value::String(name.into())),
            // llama.cpp's numbers: 0 all F32, 7 mostly Q8_0.
            ("general.file_type", number(if precision == Precision::F32 { 0 } else { 7 })),
            ("general.quantization_version", number(2)),
            ("llama.context_length", number(config.max_position_embeddings)),
            ("llama.embedding_length", number(config.hidden_size)),
            ("llama.block_count", number(config.num_hidden_layers)),
            ("llama.feed_forward_length", number(config.intermediate_size)),
            ("llama.attention.head_count", number(heads)),
            ("llama.attention.head_count_kv", number(config.num_key_value_heads.unwrap_or(heads))),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(config.rms_norm_eps)),
            ("llama.rope.dimension_count", number(config.hidden_size / heads)),
            ("llama.rope.freq_base", Value::F32(config.rope_theta.unwrap_or(10_000.0))),
            ("llama.vocab_size", number(config.vocab_size)),
            ("tokenizer.ggml.model", Value::String("gpt2".into())),
            ("tokenizer.ggml.pre", Value::String("gpt-2".into())),
            ("tokenizer.ggml.tokens", strings(tokens)),
            ("tokenizer.ggml.token_type", Value::Array(kinds.into_iter().map(Value::I32).collect())),
            ("tokenizer.ggml.merges", strings(merges)),
            ("tokenizer.ggml.add_bos_token", Value::Bool(config.bos_token_id.is_some())),
        ]
        .map(|(key, value)| (key.to_string(), value)),
    );
    for (key, token) in [("bos", config.bos_token_id), ("eos", config.eos_token_id)] {
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
    let file: File = serde_json::from_slice(tokenizer)
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

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|error| ModelError::Checkpoint(format!("{}: {error}", path.display())))
}

fn failed(what: &str, error: &candle_core::Error) -> ModelError {
    ModelError::Checkpoint(format!("{what}: {}", error.to_string().lines().next().unwrap_or_default()))
}
