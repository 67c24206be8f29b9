//! The Llama of candle-transformers, on GGUF weights.

use super::{Engine, EngineError};
use crate::model::{ModelFile, gguf_header};
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use std::io::Cursor;

/// candle's quantized Llama, one sequence, on the CPU.
pub struct CandleLlama {
    weights: ModelWeights,
    context: usize,
    position: usize,
}

impl CandleLlama {
    /// Reads the weights. candle precomputes rotary angles for its own fixed number of positions, which
    /// bounds the context.
    pub fn new(file: &ModelFile) -> Result<Self, EngineError> {
        let content = gguf_header(&file.bytes).map_err(|error| EngineError::Weights(error.to_string()))?;
        let weights =
            ModelWeights::from_gguf(content, &mut Cursor::new(&file.bytes), &Device::Cpu).map_err(weights_error)?;
        let context = file.context.min(candle_transformers::models::quantized_llama::MAX_SEQ_LEN);
        Ok(Self { weights, context, position: 0 })
    }
}

impl Engine for CandleLlama {
    fn context(&self) -> usize {
        self.context
    }

    fn position(&self) -> usize {
        self.position
    }

    fn reset(&mut self) {
        self.weights.clear_kv_cache();
        self.position = 0;
    }

    fn feed(&mut self, tokens: &[u32]) -> Result<Vec<f32>, EngineError> {
        let asked = self.position + tokens.len();
        if tokens.is_empty() {
            return Err(EngineError::NoToken);
        }
        if asked > self.context {
            return Err(EngineError::ContextFull { context: self.context, asked });
        }
        let logits = Tensor::new(tokens, &Device::Cpu)
            .and_then(|input| input.unsqueeze(0))
            .and_then(|input| self.weights.forward(&input, self.position))
            .and_then(|logits| logits.squeeze(0)?.to_vec1::<f32>())
            .map_err(weights_error)?;
        self.position = asked;
        Ok(logits)
    }
}

fn weights_error(error: candle_core::Error) -> EngineError {
    EngineError::Weights(error.to_string().lines().next().unwrap_or_default().into())
}
