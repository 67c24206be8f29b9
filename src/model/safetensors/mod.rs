//! Hugging Face Llama checkpoints: `config.json` and one or several safetensors files.

mod config;
mod header;

use super::rows::Rows;
use super::weights::{Model, ModelInfo, Part, Shape, Tensor, Weights};
use super::{ModelError, sha256_of};
use candle_core::quantized::GgmlDType;
use config::Config;
pub(super) use header::{TensorInfo, read as read_header};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// The open files of a checkpoint; tensors are read later.
struct Checkpoint<R> {
    files: Vec<Rows<R>>,
    /// By name: which file, and where in it.
    tensors: BTreeMap<String, (usize, TensorInfo)>,
    shape: Shape,
    tied: bool,
}

/// Opens a Llama checkpoint from the bytes of its `config.json` and its safetensors files. The model gets the given name;
/// its hash is that of the file or, for several files, the hash of their hashes in the given order.
pub fn open_safetensors<R: Read + Seek + 'static>(
    config: &[u8],
    files: Vec<R>,
    name: &str,
) -> Result<Model, ModelError> {
    let config = Config::parse(config)?;
    let shape = config.shape()?;
    let mut tensors = BTreeMap::new();
    let mut hashes = Vec::new();
    let mut sources = Vec::new();
    for (index, mut file) in files.into_iter().enumerate() {
        let (length, hash) = sha256_of(&mut file)?;
        hashes.push(hash);
        for (name, tensor) in read_header(&mut file, length)? {
            if let Some((_, _)) = tensors.get(&name) {
                return Err(damaged(format!("two of its files have a tensor {name}")));
            }
            tensors.insert(name, (index, tensor));
        }
        sources.push(Rows::new(file));
    }
    let hash = match hashes.as_slice() {
        [hash] => hash.clone(),
        hashes => super::sha256_hex(hashes.concat().as_bytes()),
    };
    let checkpoint = Checkpoint { files: sources, tensors, shape, tied: config.tied() };
    checkpoint.check()?;
    let info = ModelInfo {
        name: name.into(),
        hash8: hash[..8].to_string(),
        shape,
        parameters: shape.parameters(!checkpoint.tied),
        begin_token: config.begin_token(),
        end_token: config.end_token(),
    };
    Ok(Model { info, weights: Box::new(checkpoint) })
}

impl<R> Checkpoint<R> {
    /// Every tensor must be present with the size that the shape implies, and the engine must use every tensor.
    fn check(&self) -> Result<(), ModelError> {
        let mut known = std::collections::BTreeSet::new();
        for tensor in Tensor::all(&self.shape) {
            let name = tensor_name(tensor);
            if !(tensor == Tensor::Classifier && self.tied) {
                let (_, info) = self.tensors.get(&name).ok_or_else(|| damaged(format!("{name} is missing")))?;
                let (rows, columns) = tensor.size(&self.shape);
                let (rows, columns) = (rows as u64, columns as u64);
                let found = &info.sizes;
                if *found != [rows, columns] && !(rows == 1 && *found == [columns]) {
                    return Err(damaged(format!("{name} has shape {found:?} instead of {:?}", [rows, columns])));
                }
            }
            known.insert(name);
        }
        // Old checkpoints also hold the rotary frequencies; the engine computes them.
        let unknown = |name: &&String| !known.contains(*name) && !name.ends_with("rotary_emb.inv_freq");
        match self.tensors.keys().find(unknown) {
            Some(name) => Err(ModelError::Shape(format!(
                "it has a tensor {name} that a plain Llama does not have, which is not supported"
            ))),
            None => Ok(()),
        }
    }
}

impl<R: Read + Seek> Weights for Checkpoint<R> {
    fn has(&self, tensor: Tensor) -> bool {
        tensor != Tensor::Classifier || !self.tied
    }

    fn is_f32(&self, tensor: Tensor) -> bool {
        self.tensors.get(&tensor_name(tensor)).is_some_and(|(_, info)| info.place.encoding == GgmlDType::F32)
    }

    fn read_rows(&mut self, tensor: Tensor, first: usize, out: &mut [f32]) -> Result<(), ModelError> {
        let name = tensor_name(tensor);
        let (file, info) = self.tensors.get(&name).ok_or_else(|| damaged(format!("{name} is missing")))?;
        let (rows, place) = (&mut self.files[*file], info.place);
        let columns = tensor.size(&self.shape).1;
        if !matches!(tensor, Tensor::Layer(_, Part::Query | Part::Key)) {
            return rows.read(place, columns, first, out, || name.clone());
        }
        for (row, out) in (first..).zip(out.chunks_exact_mut(columns)) {
            rows.read(place, columns, halves(row, self.shape.head), out, || name.clone())?;
        }
        Ok(())
    }
}

/// The row in the file for a row of a query or key matrix. Hugging Face rotates the pairs (i, i + head / 2) of
/// a head, the engine the pairs (2i, 2i + 1).
pub(super) fn halves(row: usize, head: usize) -> usize {
    let within = row % head;
    row - within + within % 2 * (head / 2) + within / 2
}

/// The name of a tensor in Hugging Face's format.
fn tensor_name(tensor: Tensor) -> String {
    match tensor {
        Tensor::Embedding => "model.embed_tokens.weight".into(),
        Tensor::Classifier => "lm_head.weight".into(),
        Tensor::OutputNorm => "model.norm.weight".into(),
        Tensor::Layer(layer, part) => {
            let part = match part {
                Part::AttentionNorm => "input_layernorm",
                Part::Query => "self_attn.q_proj",
                Part::Key => "self_attn.k_proj",
                Part::Value => "self_attn.v_proj",
                Part::Output => "self_attn.o_proj",
                Part::FeedNorm => "post_attention_layernorm",
                Part::Gate => "mlp.gate_proj",
                Part::Up => "mlp.up_proj",
                Part::Down => "mlp.down_proj",
            };
            format!("model.layers.{layer}.{part}.weight")
        }
    }
}

/// The module whose weight a tensor is.
pub(super) fn module_name(tensor: Tensor) -> String {
    let name = tensor_name(tensor);
    name.strip_suffix(".weight").map(str::to_string).unwrap_or(name)
}

fn damaged(what: String) -> ModelError {
    ModelError::Safetensors(what)
}

#[test]
fn halves_by_hand() {
    let rows: Vec<usize> = (0..8).map(|row| halves(row, 4)).collect();
    assert_eq!(rows, [0, 2, 1, 3, 4, 6, 5, 7]);
}
