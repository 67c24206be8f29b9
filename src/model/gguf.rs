//! GGUF files. Format: ggml's `docs/gguf.md`; header and tensor encodings are read by candle.

use super::weights::{Model, ModelInfo, Part, Shape, Tensor, Weights};
use super::{ModelError, sha256_of};
use candle_core::Device;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};
use std::io::{Read, Seek, SeekFrom};

/// A GGUF "llama" file, with its tensors still in it.
struct Gguf<R> {
    content: Content,
    source: R,
    shape: Shape,
    /// One piece of a tensor, as the file stores it.
    piece: Vec<u8>,
}

/// Opens a GGUF file of the "llama" architecture.
pub(super) fn open<R: Read + Seek + 'static>(mut source: R) -> Result<Model, ModelError> {
    let (length, hash) = sha256_of(&mut source)?;
    let content = header(&mut source, length)?;
    let shape = shape(&content)?;
    let text = |key: &str| content.metadata.get(key).and_then(|value| value.to_string().ok()).cloned();
    let token = |key: &str| number(&content, key).filter(|&id| (id as usize) < shape.vocabulary);
    let info = ModelInfo {
        name: text("general.name").unwrap_or_else(|| "model".into()),
        hash8: hash[..8].to_string(),
        shape,
        parameters: content.tensor_infos.values().map(|tensor| tensor.shape.elem_count()).sum(),
        begin_token: token("tokenizer.ggml.bos_token_id"),
        end_token: token("tokenizer.ggml.eos_token_id"),
    };
    let gguf = Gguf { content, source, shape, piece: Vec::new() };
    gguf.check()?;
    Ok(Model { info, weights: Box::new(gguf) })
}

/// Parses the header and proves that every tensor lies within the file, so that no later read can ask for
/// more memory than the file has bytes.
fn header<R: Read + Seek>(source: &mut R, length: u64) -> Result<Content, ModelError> {
    let content = Content::read(source).map_err(|error| ModelError::Gguf(first_line(&error)))?;
    for (name, tensor) in &content.tensor_infos {
        let elements = tensor.shape.dims().iter().try_fold(1u64, |product, &size| product.checked_mul(size as u64));
        let end = elements
            .map(|elements| elements / tensor.ggml_dtype.block_size() as u64)
            .and_then(|blocks| blocks.checked_mul(tensor.ggml_dtype.type_size() as u64))
            .and_then(|size| size.checked_add(tensor.offset))
            .and_then(|end| end.checked_add(content.tensor_data_offset));
        if end.is_none_or(|end| end > length) {
            return Err(ModelError::Gguf(format!("it ends before its tensor {name} does; download it again")));
        }
    }
    Ok(content)
}

fn shape(content: &Content) -> Result<Shape, ModelError> {
    let architecture = content.metadata.get("general.architecture").and_then(|value| value.to_string().ok());
    match architecture.map(String::as_str) {
        Some("llama") => {}
        Some(other) => return Err(ModelError::Architecture(other.into())),
        None => return Err(missing("general.architecture")),
    }
    let size = |key: &str| number(content, key).map(|value| value as usize).ok_or_else(|| missing(key));
    let float = |key: &str| content.metadata.get(key).and_then(|value| value.to_f32().ok());
    let width = size("llama.embedding_length")?;
    let heads = size("llama.attention.head_count")?;
    let head = match size("llama.attention.key_length") {
        Ok(head) => head,
        Err(_) if heads > 0 && width % heads == 0 => width / heads,
        Err(_) => return Err(ModelError::Shape(format!("{heads} heads do not divide a width of {width}"))),
    };
    let unsupported = |what: &str| Err(ModelError::Shape(format!("it {what}, which is not supported")));
    if size("llama.rope.dimension_count").is_ok_and(|rotated| rotated != head) {
        return unsupported("rotates only a part of each head");
    }
    if size("llama.attention.value_length").is_ok_and(|value| value != head) {
        return unsupported("has values of another width than its keys");
    }
    if size("llama.expert_count").is_ok_and(|experts| experts > 0) {
        return unsupported("is a mixture of experts");
    }
    let scaling = content.metadata.keys().any(|key| key.starts_with("llama.rope.scaling."))
        && content
            .metadata
            .get("llama.rope.scaling.type")
            .is_none_or(|kind| kind.to_string().is_ok_and(|kind| kind != "none"));
    if scaling || content.tensor_infos.contains_key("rope_freqs.weight") {
        return unsupported("scales its rotary positions");
    }
    if content.tensor_infos.keys().any(|name| name.ends_with(".bias")) {
        return unsupported("adds biases");
    }
    let embedding = content.tensor_infos.get("token_embd.weight").ok_or_else(|| missing("token_embd.weight"))?;
    let shape = Shape {
        width,
        hidden: size("llama.feed_forward_length")?,
        layers: size("llama.block_count")?,
        heads,
        key_heads: size("llama.attention.head_count_kv").unwrap_or(heads),
        head,
        vocabulary: embedding.shape.dims().first().copied().unwrap_or(0),
        context: size("llama.context_length")?,
        epsilon: float("llama.attention.layer_norm_rms_epsilon").unwrap_or(1e-5),
        rotary_base: float("llama.rope.freq_base").unwrap_or(10_000.0),
    };
    shape.check()?;
    Ok(shape)
}

impl<R> Gguf<R> {
    /// Every tensor must be there and have the size that the header's shape gives it.
    fn check(&self) -> Result<(), ModelError> {
        let all = Tensor::all(&self.shape);
        for tensor in all.filter(|&tensor| tensor != Tensor::Classifier || self.has_name(tensor)) {
            let name = name(tensor);
            let info = self.content.tensor_infos.get(&name).ok_or_else(|| missing(&name))?;
            let (rows, columns) = tensor.size(&self.shape);
            let found = info.shape.dims();
            if found != [rows, columns] && !(rows == 1 && found == [columns]) {
                return Err(ModelError::Gguf(format!("{name} has shape {found:?} instead of {:?}", [rows, columns])));
            }
            if columns % info.ggml_dtype.block_size() != 0 {
                return Err(ModelError::Gguf(format!("a row of {name} is no whole number of blocks")));
            }
        }
        Ok(())
    }

    fn has_name(&self, tensor: Tensor) -> bool {
        self.content.tensor_infos.contains_key(&name(tensor))
    }

    fn info(&self, tensor: Tensor) -> Option<&TensorInfo> {
        self.content.tensor_infos.get(&name(tensor))
    }
}

impl<R: Read + Seek> Weights for Gguf<R> {
    fn has(&self, tensor: Tensor) -> bool {
        self.has_name(tensor)
    }

    fn is_f32(&self, tensor: Tensor) -> bool {
        self.info(tensor).is_some_and(|info| info.ggml_dtype == GgmlDType::F32)
    }

    fn read_rows(&mut self, tensor: Tensor, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        let (_, columns) = tensor.size(&self.shape);
        let rows = out.len() / columns;
        let info = self.info(tensor).ok_or_else(|| missing(&name(tensor)))?;
        let kind = info.ggml_dtype;
        let row_bytes = columns / kind.block_size() * kind.type_size();
        let start = self.content.tensor_data_offset + info.offset + (first * row_bytes) as u64;
        self.piece.resize(rows * row_bytes, 0);
        self.source.seek(SeekFrom::Start(start))?;
        self.source.read_exact(&mut self.piece)?;
        let values = qtensor_from_ggml(kind, &self.piece, vec![rows, columns], &Device::Cpu)
            .and_then(|tensor| tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>())
            .map_err(|error| ModelError::Gguf(format!("{}: {}", name(tensor), first_line(&error))))?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(ModelError::Gguf(format!("{} holds a value that is no number", name(tensor))));
        }
        out.copy_from_slice(&values);
        Ok(())
    }
}

/// What GGUF calls a tensor.
fn name(tensor: Tensor) -> String {
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

/// A whole number of the header.
fn number(content: &Content, key: &str) -> Option<u32> {
    match content.metadata.get(key)? {
        Value::U64(number) => u32::try_from(*number).ok(),
        Value::I32(number) => u32::try_from(*number).ok(),
        other => other.to_u32().ok(),
    }
}

fn missing(key: &str) -> ModelError {
    ModelError::Gguf(format!("{key} is missing"))
}

/// candle's errors may carry a backtrace; the first line says what happened.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_string()
}
