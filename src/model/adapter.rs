//! Low-rank adapters (LoRA, Hu et al. 2021) as the PEFT library writes them: `adapter_config.json` and
//! `adapter_model.safetensors`.

use super::rows::Rows;
use super::safetensors::{TensorInfo, halves, module_name, read_header};
use super::weights::{Part, Shape, Tensor};
use super::{ModelError, id, sha256_hex, without_mark};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Cursor;

/// The largest rank that is read.
const MOST_RANK: usize = 1024;

/// What an adapter adds to one matrix W: `W x + strength * scale * B (A x)`.
#[derive(Clone, Debug, PartialEq)]
pub struct LowRank {
    /// Rows of A.
    pub rank: usize,
    /// alpha / rank, or alpha / sqrt(rank) (Kalajdzievski 2023).
    pub scale: f32,
    /// (rank, columns of W)
    pub a: Vec<f32>,
    /// (rows of W, rank)
    pub b: Vec<f32>,
}

/// A low-rank change of a Llama's matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapter {
    /// The name that is shown.
    pub name: String,
    /// See [`Self::hash8`].
    pub hash8: String,
    /// Number of weights.
    pub parameters: usize,
    /// By layer and matrix; matrices that it does not change are missing.
    matrices: BTreeMap<(usize, &'static str), LowRank>,
}

impl Adapter {
    /// The matrices that an adapter can change.
    pub const PARTS: [Part; 7] = [Part::Query, Part::Key, Part::Value, Part::Output, Part::Gate, Part::Up, Part::Down];

    /// The default scale, which a `lora_alpha` of twice the rank gives, as the Poet has. It keeps the ids from before scales counted
    /// valid.
    pub const PLAIN_SCALE: f32 = 2.0;

    /// Reads both files of an adapter for a model of this shape. Matrices may be 32-bit floats, 16-bit floats or bfloat16.
    ///
    /// # Errors
    /// Files that are damaged, that belong to a model of another shape, or that change more than the layers' matrices.
    pub fn read(config: &[u8], weights: &[u8], name: &str, shape: &Shape) -> Result<Self, ModelError> {
        let config = Config::parse(config)?;
        let mut tensors = read_header(&mut Cursor::new(weights), weights.len() as u64).map_err(of_adapter)?;
        let mut rows = Rows::new(Cursor::new(weights));
        let mut matrices = BTreeMap::new();
        for layer in 0..shape.layers {
            for part in Self::PARTS {
                let tensor = Tensor::Layer(layer, part);
                let module = module_name(tensor);
                let mut take = |which: &str| take(&mut tensors, &format!("{module}.lora_{which}.weight"));
                let (a, b) = match (take("A"), take("B")) {
                    (None, None) => continue,
                    (Some(a), Some(b)) => (a, b),
                    _ => return Err(wrong(format!("{module} has only one of the two matrices A and B"))),
                };
                let (height, width) = tensor.size(shape);
                for (which, info, sizes) in [("A", &a, [config.r, width]), ("B", &b, [height, config.r])] {
                    if info.sizes != sizes.map(|size| size as u64) {
                        let found = &info.sizes;
                        return Err(wrong(format!(
                            "matrix {which} of {module} has shape {found:?}, but {sizes:?} is needed for this model and the rank of {} in adapter_config.json",
                            config.r
                        )));
                    }
                }
                let mut low = LowRank {
                    rank: config.r,
                    scale: config.scale(),
                    a: vec![0.0; config.r * width],
                    b: vec![0.0; height * config.r],
                };
                rows.read(a.place, width, 0, &mut low.a, || format!("matrix A of {module}")).map_err(of_adapter)?;
                for (row, out) in low.b.chunks_exact_mut(config.r).enumerate() {
                    // Rows of queries and keys are in the order in which Hugging Face rotates them.
                    let turned = matches!(part, Part::Query | Part::Key);
                    let row = if turned { halves(row, shape.head) } else { row };
                    rows.read(b.place, config.r, row, out, || format!("matrix B of {module}")).map_err(of_adapter)?;
                }
                matrices.insert((layer, key(part)), low);
            }
        }
        if let Some(name) = tensors.keys().next() {
            return Err(wrong(format!(
                "it changes {name}, which this model does not have or which is not supported; only the seven matrices of each layer can be changed"
            )));
        }
        config.check_targets(&matrices, shape.layers)?;
        Ok(Self {
            name: name.into(),
            hash8: Self::hash8(&sha256_hex(weights), config.scale()),
            parameters: matrices.values().map(|low| low.a.len() + low.b.len()).sum(),
            matrices,
        })
    }

    /// Identifies an adapter's results: its matrices and their scale. 8 hexadecimal digits. If the scale is [`Self::PLAIN_SCALE`], they are
    /// the first of the SHA-256 of the safetensors file (given here, in hexadecimal); otherwise the first of the SHA-256 of the
    /// text `SHA256*SCALE`, with the scale in plain decimals. All other fields of `adapter_config.json` that would change a result are
    /// refused or, like the rank, determined by the matrices.
    pub fn hash8(weights_sha256: &str, scale: f32) -> String {
        let identity = if scale == Self::PLAIN_SCALE {
            weights_sha256.to_string()
        } else {
            sha256_hex(format!("{weights_sha256}*{scale}").as_bytes())
        };
        identity.chars().take(8).collect()
    }

    /// `NAME@HASH8`, its id in settings, links and results.
    pub fn id(&self) -> String {
        id::id(&self.name, "adapter", &self.hash8)
    }

    /// Its change of a layer's matrix; none if it does not change it.
    pub fn get(&self, layer: usize, part: Part) -> Option<&LowRank> {
        self.matrices.get(&(layer, key(part)))
    }
}

/// The last part of the module's name, which `target_modules` uses.
fn key(part: Part) -> &'static str {
    match part {
        Part::Query => "q_proj",
        Part::Key => "k_proj",
        Part::Value => "v_proj",
        Part::Output => "o_proj",
        Part::Gate => "gate_proj",
        Part::Up => "up_proj",
        Part::Down => "down_proj",
        Part::AttentionNorm => "input_layernorm",
        Part::FeedNorm => "post_attention_layernorm",
    }
}

/// Removes and returns a tensor by its module. PEFT adds a prefix that depends on the class that was tuned.
fn take(tensors: &mut BTreeMap<String, TensorInfo>, name: &str) -> Option<TensorInfo> {
    let bare = name.strip_prefix("model.").unwrap_or(name);
    let found = [format!("base_model.model.{name}"), format!("base_model.model.{bare}")];
    found.iter().find_map(|name| tensors.remove(name))
}

/// `adapter_config.json`: the fields that matter, and those for features that are not supported.
#[derive(Deserialize)]
struct Config {
    peft_type: String,
    r: usize,
    /// As 64 bits, so that one that is too large for 32 becomes infinite, and is refused below by its name.
    lora_alpha: f64,
    #[serde(default)]
    target_modules: Value,
    #[serde(default)]
    use_rslora: bool,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl Config {
    fn parse(json: &[u8]) -> Result<Self, ModelError> {
        let unusable = |what: String| ModelError::AdapterConfig(what);
        let config: Self = serde_json::from_slice(without_mark(json)).map_err(|error| unusable(error.to_string()))?;
        if config.peft_type != "LORA" {
            return Err(unusable(format!("it is of the type {:?}; LORA is supported", config.peft_type)));
        }
        if config.r == 0 || config.r > MOST_RANK {
            return Err(unusable(format!("its rank is {}; from 1 to {MOST_RANK} is supported", config.r)));
        }
        if !config.scale().is_finite() {
            return Err(unusable("its lora_alpha is too large".into()));
        }
        // Fields that would change the result, and the value that does not.
        for (field, harmless, what) in [
            ("use_dora", "false", "magnitudes (DoRA)"),
            ("fan_in_fan_out", "false", "transposed matrices"),
            ("bias", "\"none\"", "biases"),
            ("lora_bias", "false", "biases"),
            ("rank_pattern", "{}", "a rank for each module"),
            ("alpha_pattern", "{}", "an alpha for each module"),
            ("modules_to_save", "[]", "whole modules"),
            ("layer_replication", "[]", "repeated layers"),
            ("trainable_token_indices", "[]", "single tokens"),
            ("target_parameters", "[]", "single parameters"),
            ("alora_invocation_tokens", "[]", "a beginning of their own (aLoRA)"),
            ("use_qalora", "false", "pooled inputs (QALoRA)"),
        ] {
            let value = config.others.get(field).unwrap_or(&Value::Null);
            let written = value.to_string();
            if !value.is_null() && written != harmless {
                return Err(unusable(format!("{field} is {value}: adapters with {what} are not supported")));
            }
        }
        Ok(config)
    }

    fn scale(&self) -> f32 {
        let rank = self.r as f32;
        self.lora_alpha as f32 / if self.use_rslora { rank.sqrt() } else { rank }
    }

    /// Every module that the configuration names must be in the file, in every layer unless it names some layers: a file that lost
    /// one would write other stories.
    fn check_targets(
        &self,
        matrices: &BTreeMap<(usize, &'static str), LowRank>,
        layers: usize,
    ) -> Result<(), ModelError> {
        let chosen = self.others.get("layers_to_transform").is_some_and(|layers| !layers.is_null());
        let named = self.target_modules.as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in named {
            let module = name.rsplit('.').next().unwrap_or(name);
            let has = |layer: usize| matrices.keys().any(|&key| key == (layer, module));
            if !(0..layers).any(has) {
                return Err(wrong(format!("it lacks the module {name} that adapter_config.json names")));
            }
            if let Some(layer) = (0..layers).find(|&layer| !chosen && !name.contains("layers.") && !has(layer)) {
                return Err(wrong(format!(
                    "it lacks the module {name} of layer {layer} that adapter_config.json names"
                )));
            }
        }
        if matrices.is_empty() { Err(wrong("it changes nothing".into())) } else { Ok(()) }
    }
}

/// Turns an error of the model readers into one about the adapter.
fn of_adapter(error: ModelError) -> ModelError {
    match error {
        ModelError::Safetensors(what) | ModelError::Damaged(what) => wrong(what),
        other => other,
    }
}

fn wrong(what: String) -> ModelError {
    ModelError::Adapter(what)
}

#[cfg(test)]
mod tests;
