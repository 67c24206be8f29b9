//! Tokens in, logits out.

mod attention;
mod exponential;
mod floats;
mod integers;
mod llama;
mod low_rank;
mod matrix;

pub(crate) use exponential::exp;
pub(crate) use floats::{maximum, tree};
pub use integers::Kernel;
pub use llama::{Llama, Sequence};
pub use matrix::Arithmetic;

use crate::model::ModelError;

/// Revision of the arithmetic. A change that can change tokens gets the next revision. Links contain it, so that a replay can say why
/// it differs.
pub const ENGINE_REVISION: u32 = 2;
/// The name of the engine that is shown.
pub const ENGINE_NAME: &str = "int8";

/// A language model that remembers the tokens fed so far.
pub trait Engine {
    /// The model's context length in tokens; feeding more is an error.
    fn context(&self) -> usize;
    /// Tokens fed and not forgotten.
    fn seen(&self) -> &[u32];
    /// Forgets the tokens from this position on; the next token fed gets this position.
    fn rewind(&mut self, position: usize);
    /// Makes room for this many tokens in total, including those seen. Feeding up to there one by one allocates nothing.
    fn reserve(&mut self, positions: usize);
    /// Feeds tokens after those fed before, and returns the logits after the last one: (vocabulary). A prompt is best fed in few
    /// large pieces.
    ///
    /// # Errors
    /// No token, a token outside the vocabulary, or more than the context holds. Then no token is fed.
    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError>;
    /// The logits after the first `tokens` tokens seen: bit for bit those that [`Self::feed`] returned then. It computes one token, and
    /// the tokens seen stay unchanged.
    ///
    /// # Errors
    /// No token.
    ///
    /// # Panics
    /// If fewer have been seen.
    fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError>;

    /// Sets the adapter from now on, and its strength. Of its `NAME@HASH8`, only the hash counts. None, or strength 0, is bit for bit
    /// the model alone. Forgets all tokens that were seen with another adapter or strength.
    ///
    /// # Errors
    /// An adapter that is not loaded. Then nothing changes.
    fn adapt(&mut self, adapter: Option<(&str, f64)>) -> Result<(), EngineError> {
        match adapter {
            Some((id, strength)) if strength != 0.0 => Err(EngineError::NoAdapter { id: id.into() }),
            _ => Ok(()),
        }
    }

    /// How many tokens were fed and not forgotten.
    fn position(&self) -> usize {
        self.seen().len()
    }

    /// Forgets all tokens, and makes room for this many.
    fn reset(&mut self, positions: usize) {
        self.rewind(0);
        self.reserve(positions);
    }

    /// Forgets the tokens seen after the longest common beginning with these tokens; returns its length.
    fn rewind_to(&mut self, tokens: &[u32]) -> usize {
        let common = self.seen().iter().zip(tokens).take_while(|(seen, token)| seen == token).count();
        self.rewind(common);
        common
    }
}

/// Why an engine could not be created or could not continue.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// More tokens than the model has positions.
    #[error("the model's context holds {context} tokens; {requested} were requested")]
    ContextFull { context: usize, requested: usize },
    /// Logits that are not finite: the weights are damaged, though each of them is finite.
    #[error("the model's arithmetic overflows; its file is damaged or not a language model")]
    Overflow,
    /// An adapter that the engine does not have.
    #[error("this needs the adapter {id}, which is not loaded; load its file, or go on without it")]
    NoAdapter { id: String },
    /// Nothing was fed.
    #[error("no token was fed")]
    NoToken,
    /// A token that the vocabulary does not have.
    #[error("token {token} is outside the vocabulary of {vocabulary}")]
    UnknownToken { token: u32, vocabulary: usize },
    /// The weights cannot be read.
    #[error("{0}")]
    Model(#[from] ModelError),
}
