//! `config.json` of a Hugging Face Llama: its shape, and variants that the engine does not support.
//!
//! Defaults are those of transformers' `LlamaConfig`.

use crate::model::{ModelError, Shape};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The fields that matter here; there are many others.
#[derive(Deserialize)]
pub struct Config {
    architectures: Vec<String>,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "epsilon")]
    rms_norm_eps: f32,
    rope_theta: Option<f32>,
    rope_scaling: Option<Rope>,
    /// Newer versions write base and scaling here.
    rope_parameters: Option<Rope>,
    partial_rotary_factor: Option<f32>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    hidden_act: Option<String>,
    quantization_config: Option<IgnoredAny>,
    #[serde(default)]
    tie_word_embeddings: bool,
    bos_token_id: Option<Ids>,
    eos_token_id: Option<Ids>,
}

#[derive(Deserialize)]
struct Rope {
    rope_type: Option<String>,
    /// The older name of `rope_type`.
    r#type: Option<String>,
    rope_theta: Option<f32>,
}

/// One token or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    One(u32),
    Several(Vec<u32>),
}

fn epsilon() -> f32 {
    1e-6
}

impl Config {
    /// Reads a `config.json`.
    pub fn parse(json: &[u8]) -> Result<Self, ModelError> {
        let config: Self = serde_json::from_slice(crate::model::without_mark(json))
            .map_err(|error| ModelError::Config(error.to_string()))?;
        if config.architectures != ["LlamaForCausalLM"] {
            return Err(ModelError::Architecture(config.architectures.join(", ")));
        }
        let scaled = [&config.rope_scaling, &config.rope_parameters].into_iter().flatten().any(|rope| {
            let kind = rope.rope_type.as_deref().or(rope.r#type.as_deref());
            kind != Some("default") && !(kind.is_none() && rope.rope_theta.is_some())
        });
        for (refused, what) in [
            (scaled, "scales its rotary positions"),
            (config.attention_bias || config.mlp_bias, "adds biases"),
            (config.hidden_act.as_deref().is_some_and(|name| name != "silu"), "has another activation than SiLU"),
            (config.partial_rotary_factor.is_some_and(|part| part != 1.0), "rotates only part of each head"),
            (config.quantization_config.is_some(), "is quantized in another format"),
        ] {
            if refused {
                return Err(ModelError::Shape(format!("it {what}, which is not supported")));
            }
        }
        Ok(config)
    }

    pub fn shape(&self) -> Result<Shape, ModelError> {
        let (width, heads) = (self.hidden_size, self.num_attention_heads);
        let head = match self.head_dim {
            Some(head) => head,
            None if heads > 0 && width.is_multiple_of(heads) => width / heads,
            None => return Err(ModelError::Shape(format!("{heads} heads do not divide a width of {width}"))),
        };
        let base = self.rope_theta.or_else(|| self.rope_parameters.as_ref()?.rope_theta);
        let shape = Shape {
            width,
            hidden: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads,
            key_heads: self.num_key_value_heads.unwrap_or(heads),
            head,
            vocabulary: self.vocab_size,
            context: self.max_position_embeddings,
            epsilon: self.rms_norm_eps,
            rotary_base: base.unwrap_or(10_000.0),
        };
        shape.check()?;
        Ok(shape)
    }

    /// Whether the embedding is also the classifier.
    pub fn tied(&self) -> bool {
        self.tie_word_embeddings
    }

    pub fn begin_token(&self) -> Option<u32> {
        self.token(&self.bos_token_id)
    }

    /// If there are several, the first.
    pub fn end_token(&self) -> Option<u32> {
        self.token(&self.eos_token_id)
    }

    fn token(&self, ids: &Option<Ids>) -> Option<u32> {
        let id = match ids.as_ref()? {
            Ids::One(id) => *id,
            Ids::Several(ids) => *ids.first()?,
        };
        ((id as usize) < self.vocab_size).then_some(id)
    }
}
