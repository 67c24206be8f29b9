//! GGUF files of the "llama" architecture. Format: ggml's `docs/gguf.md`.

mod header;

use super::hash::measure;
use super::rows::Rows;
use super::weights::{Model, ModelInfo, Part, Shape, Tensor, Weights};
use super::{ModelError, Origin};
use candle_core::quantized::GgmlDType;
use header::{Header, TensorInfo, Value};
use std::collections::BTreeSet;
use std::io::{Read, Seek};

/// An open GGUF "llama" file; its tensors are read later.
struct Gguf<R> {
    header: Header,
    rows: Rows<R>,
    shape: Shape,
}

/// Opens a GGUF file of the "llama" architecture. The name of `origin` is used if the file has none.
pub(super) fn open<R: Read + Seek + 'static>(mut source: R, origin: Origin) -> Result<Model, ModelError> {
    let (length, hash) = measure(&mut source, origin.sha256)?;
    let header = Header::read(&mut source, length)?;
    let shape = shape(&header)?;
    check_tensors(&header, &shape)?;
    let token = |key: &str| -> Result<Option<u32>, ModelError> {
        Ok(number(&header, key)?.filter(|&id| id < shape.vocabulary).map(|id| id as u32))
    };
    let info = ModelInfo {
        name: text(&header, "general.name").unwrap_or(origin.name).into(),
        hash8: hash[..8].to_string(),
        shape,
        parameters: shape.parameters(header.tensors.contains_key(&tensor_name(Tensor::Classifier))),
        begin_token: token("tokenizer.ggml.bos_token_id")?,
        end_token: token("tokenizer.ggml.eos_token_id")?,
    };
    Ok(Model { info, weights: Box::new(Gguf { header, rows: Rows::new(source), shape }) })
}

fn shape(header: &Header) -> Result<Shape, ModelError> {
    match text(header, "general.architecture") {
        Some("llama") => {}
        Some(other) => return Err(ModelError::Architecture(other.into())),
        None => return Err(missing("general.architecture")),
    }
    refuse_variants(header)?;
    let size = |key: &str| number(header, key)?.ok_or_else(|| missing(key));
    let width = size("llama.embedding_length")?;
    let heads = size("llama.attention.head_count")?;
    let head = match number(header, "llama.attention.key_length")? {
        Some(head) => head,
        None if heads > 0 && width.is_multiple_of(heads) => width / heads,
        None => return Err(ModelError::Shape(format!("{heads} heads do not divide a width of {width}"))),
    };
    if number(header, "llama.rope.dimension_count")?.is_some_and(|rotated| rotated != head) {
        return Err(unsupported("rotates only part of each head"));
    }
    if number(header, "llama.attention.value_length")?.is_some_and(|value| value != head) {
        return Err(unsupported("has values and keys of different widths"));
    }
    let embedding = header.tensors.get("token_embd.weight").ok_or_else(|| missing("token_embd.weight"))?;
    let vocabulary = embedding.sizes.first().copied().unwrap_or(0);
    let shape = Shape {
        width,
        hidden: size("llama.feed_forward_length")?,
        layers: size("llama.block_count")?,
        heads,
        key_heads: number(header, "llama.attention.head_count_kv")?.unwrap_or(heads),
        head,
        vocabulary: usize::try_from(vocabulary).unwrap_or(usize::MAX),
        context: size("llama.context_length")?,
        epsilon: float(header, "llama.attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5),
        rotary_base: float(header, "llama.rope.freq_base")?.unwrap_or(10_000.0),
    };
    shape.check()?;
    Ok(shape)
}

/// Refuses variants of the "llama" architecture that the engine does not support.
fn refuse_variants(header: &Header) -> Result<(), ModelError> {
    if number(header, "llama.expert_count")?.is_some_and(|experts| experts > 0) {
        return Err(unsupported("is a mixture of experts"));
    }
    let scaling = header.metadata.keys().any(|key| key.starts_with("llama.rope.scaling."))
        && text(header, "llama.rope.scaling.type") != Some("none");
    if scaling || header.tensors.contains_key("rope_freqs.weight") {
        return Err(unsupported("scales its rotary positions"));
    }
    if header.tensors.keys().any(|name| name.ends_with(".bias")) {
        return Err(unsupported("adds biases"));
    }
    Ok(())
}

/// Every tensor must be present with the size that the header's shape implies, and the engine must use every tensor.
fn check_tensors(header: &Header, shape: &Shape) -> Result<(), ModelError> {
    let mut known = BTreeSet::new();
    for tensor in Tensor::all(shape) {
        let name = tensor_name(tensor);
        let Some(info) = header.tensors.get(&name) else {
            if tensor == Tensor::Classifier {
                continue;
            }
            return Err(missing(&name));
        };
        let (rows, columns) = tensor.size(shape);
        let (rows, columns) = (rows as u64, columns as u64);
        let found = &info.sizes;
        if *found != [rows, columns] && !(rows == 1 && *found == [columns]) {
            return Err(ModelError::Gguf(format!("{name} has shape {found:?} instead of {:?}", [rows, columns])));
        }
        if !columns.is_multiple_of(info.place.encoding.block_size() as u64) {
            return Err(ModelError::Gguf(format!("a row of {name} does not consist of whole blocks")));
        }
        known.insert(name);
    }
    // Old converters also wrote the rotary angles; the engine computes them.
    let unknown = |name: &&String| !known.contains(*name) && !name.contains("rot_embd");
    match header.tensors.keys().find(unknown) {
        Some(name) => Err(unsupported(&format!("has a tensor {name} that a plain Llama does not have"))),
        None => Ok(()),
    }
}

impl<R> Gguf<R> {
    fn info(&self, tensor: Tensor) -> Option<&TensorInfo> {
        self.header.tensors.get(&tensor_name(tensor))
    }
}

impl<R: Read + Seek> Weights for Gguf<R> {
    fn has(&self, tensor: Tensor) -> bool {
        self.info(tensor).is_some()
    }

    fn is_f32(&self, tensor: Tensor) -> bool {
        self.info(tensor).is_some_and(|info| info.place.encoding == GgmlDType::F32)
    }

    fn read_rows(&mut self, tensor: Tensor, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        let place = self.info(tensor).ok_or_else(|| missing(&tensor_name(tensor)))?.place;
        self.rows.read(place, tensor.size(&self.shape).1, first, out, || tensor_name(tensor))
    }
}

/// The name of a tensor in GGUF.
pub(super) fn tensor_name(tensor: Tensor) -> String {
    match tensor {
        Tensor::Embedding => "token_embd.weight".into(),
        Tensor::Classifier => "output.weight".into(),
        Tensor::OutputNorm => "output_norm.weight".into(),
        Tensor::Layer(layer, part) => {
            let part = match part {
                Part::AttentionNorm => "attn_norm",
                Part::Query => "attn_q",
                Part::Key => "attn_k",
                Part::Value => "attn_v",
                Part::Output => "attn_output",
                Part::FeedNorm => "ffn_norm",
                Part::Gate => "ffn_gate",
                Part::Up => "ffn_up",
                Part::Down => "ffn_down",
            };
            format!("blk.{layer}.{part}.weight")
        }
    }
}

fn text<'a>(header: &'a Header, key: &str) -> Option<&'a str> {
    match header.metadata.get(key)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A count of the header; none if it is missing.
fn number(header: &Header, key: &str) -> Result<Option<usize>, ModelError> {
    match header.metadata.get(key) {
        None => Ok(None),
        Some(Value::Whole(number)) if (0..=i128::from(u32::MAX)).contains(number) => Ok(Some(*number as usize)),
        Some(_) => Err(ModelError::Gguf(format!("its {key} is not a single integer"))),
    }
}

fn float(header: &Header, key: &str) -> Result<Option<f32>, ModelError> {
    match header.metadata.get(key) {
        None => Ok(None),
        Some(Value::Float(number)) => Ok(Some(*number as f32)),
        Some(_) => Err(ModelError::Gguf(format!("its {key} is not a number"))),
    }
}

fn missing(key: &str) -> ModelError {
    ModelError::Gguf(format!("{key} is missing"))
}

fn unsupported(what: &str) -> ModelError {
    ModelError::Shape(format!("it {what}, which is not supported"))
}
