//! candle's quantized Llama behind the few calls that the benchmark makes.

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Result, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use std::io::Cursor;

/// A model and the number of tokens it has seen.
pub struct Llama {
    weights: ModelWeights,
    position: usize,
}

impl Llama {
    /// Reads a GGUF file.
    pub fn read(file: &[u8]) -> Result<Self> {
        let mut source = Cursor::new(file);
        let content = Content::read(&mut source)?;
        Ok(Self { weights: ModelWeights::from_gguf(content, &mut source, &Device::Cpu)?, position: 0 })
    }

    /// Feeds tokens; returns the likeliest next one.
    pub fn feed(&mut self, tokens: &[u32]) -> Result<u32> {
        let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let logits = self.weights.forward(&input, self.position)?.flatten_all()?.to_vec1::<f32>()?;
        self.position += tokens.len();
        Ok((0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap_or(0) as u32)
    }

    /// Forgets all tokens: candle drops its cache when the next token is at position 0.
    pub fn reset(&mut self) {
        self.position = 0;
    }
}

#[cfg(target_arch = "wasm32")]
mod web {
    use super::Llama;
    use wasm_bindgen::prelude::*;

    /// The name and the first three methods are those that the harness for other runtimes asks for.
    #[wasm_bindgen]
    pub struct QModel(Llama);

    #[wasm_bindgen]
    impl QModel {
        #[wasm_bindgen(constructor)]
        pub fn new(file: &[u8]) -> Result<QModel, JsError> {
            Ok(Self(Llama::read(file)?))
        }

        pub fn step(&mut self, token: u32) -> Result<u32, JsError> {
            Ok(self.0.feed(&[token])?)
        }

        pub fn reset(&mut self) {
            self.0.reset();
        }

        pub fn feed(&mut self, tokens: &[u32]) -> Result<u32, JsError> {
            Ok(self.0.feed(tokens)?)
        }
    }
}
