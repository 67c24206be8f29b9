//! How well a model predicts a text that it did not write.

use crate::engine::{Engine, EngineError};
use crate::model::{ModelInfo, Tokenizer};
use crate::sampling::surprisal_bits;
use crate::story::GenerateError;
use serde::Serialize;

/// How well the model predicts some documents, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Perplexity {
    /// Documents that are not empty.
    pub documents: usize,
    /// Windows that the documents were cut into, none longer than the model's context.
    pub windows: usize,
    /// Predicted tokens.
    pub tokens: usize,
    /// Bytes of the documents in UTF-8.
    pub bytes: usize,
    /// Total surprisal of all tokens in bits.
    pub bits: f64,
}

impl Perplexity {
    /// Adds a document. It is cut into windows that do not overlap; each begins with the model's begin token and
    /// fills the context. Every token of the document is predicted once; an end of text is not.
    pub fn add(
        &mut self,
        document: &str,
        engine: &mut dyn Engine,
        tokenizer: &Tokenizer,
        model: &ModelInfo,
    ) -> Result<(), GenerateError> {
        let begin = model.begin_token.ok_or(GenerateError::NoBeginning)?;
        if document.is_empty() {
            return Ok(());
        }
        self.documents += 1;
        self.bytes += document.len();
        for window in tokenizer.encode(document)?.chunks(engine.context()) {
            self.windows += 1;
            engine.reset(window.len());
            let mut last = begin;
            for &token in window {
                let bits = surprisal_bits(engine.feed(&[last])?, token);
                if !bits.is_finite() {
                    return Err(EngineError::Overflow.into());
                }
                self.bits += bits;
                self.tokens += 1;
                last = token;
            }
        }
        Ok(())
    }

    /// Mean surprisal per token in bits.
    pub fn bits_per_token(&self) -> f64 {
        self.bits / self.tokens as f64
    }

    /// Surprisal per byte of text in bits. Comparable between models with different tokenizers.
    pub fn bits_per_byte(&self) -> f64 {
        self.bits / self.bytes as f64
    }

    /// 2 to the power of the bits per token (Jelinek et al. 1977).
    pub fn perplexity(&self) -> f64 {
        libm::exp2(self.bits_per_token())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    /// Gives all tokens equal probability, and records everything it is fed.
    #[derive(Default)]
    struct Uniform {
        fed: Vec<u32>,
        seen: Vec<u32>,
        logits: [f32; 4],
    }

    impl Engine for Uniform {
        fn context(&self) -> usize {
            3
        }
        fn seen(&self) -> &[u32] {
            &self.seen
        }
        fn rewind(&mut self, position: usize) {
            self.seen.truncate(position);
        }
        fn reserve(&mut self, _positions: usize) {}
        fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError> {
            self.seen.extend(tokens);
            assert!(self.seen.len() <= self.context());
            self.fed.extend(tokens);
            Ok(&self.logits)
        }
        fn again(&mut self, _tokens: usize) -> Result<&[f32], EngineError> {
            Ok(&self.logits)
        }
    }

    #[test]
    fn windows_fill_the_context_and_begin_alike() {
        // tokenizer.bin: three special tokens and "x", which also spells the space.
        let mut file = 1u32.to_le_bytes().to_vec();
        for piece in ["<unk>", "<s>", "</s>", "x"] {
            file.extend(0f32.to_le_bytes());
            file.extend((piece.len() as i32).to_le_bytes());
            file.extend(piece.as_bytes());
        }
        let tokenizer = Tokenizer::new(&file).unwrap();
        let shape = Shape {
            width: 2,
            hidden: 1,
            layers: 1,
            heads: 1,
            key_heads: 1,
            head: 2,
            vocabulary: 4,
            context: 3,
            epsilon: 1e-5,
            rotary_base: 1e4,
        };
        let (name, hash8) = ("test".into(), "00000000".into());
        let mut model = ModelInfo { name, hash8, shape, parameters: 0, begin_token: Some(1), end_token: Some(1) };
        let mut engine = Uniform::default();
        let mut result = Perplexity::default();
        for document in ["xxxx", ""] {
            result.add(document, &mut engine, &tokenizer, &model).unwrap();
        }
        // The unknown space and four times "x": windows of three and two, and their last tokens are not fed.
        assert_eq!(engine.fed, [1, 0, 3, 1, 3]);
        assert_eq!((result.documents, result.windows, result.tokens, result.bytes), (1, 2, 5, 4));
        assert!((result.bits_per_token() - 2.0).abs() < 1e-9 && (result.perplexity() - 4.0).abs() < 1e-9);
        assert!((result.bits_per_byte() - 2.5).abs() < 1e-9);
        model.begin_token = None;
        assert!(matches!(result.add("x", &mut engine, &tokenizer, &model), Err(GenerateError::NoBeginning)));
    }
}
