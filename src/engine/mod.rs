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

/// Where a result was computed: a change of arithmetic that can change tokens gets the next revision, and
/// links carry it, so that a replay can say why it differs.
pub const ENGINE_REVISION: u32 = 2;
/// The engine's name, for people.
pub const ENGINE_NAME: &str = "int8";

/// A language model with a memory of the tokens fed so far.
pub trait Engine {
    /// Positions that the model has; feeding more is an error.
    fn context(&self) -> usize;
    /// Tokens fed and not forgotten.
    fn seen(&self) -> &[u32];
    /// Forgets the tokens from this position on; what is fed next stands there.
    fn rewind(&mut self, position: usize);
    /// Makes room for this many tokens in all, those seen included: feeding up to there one by one allocates nothing.
    fn reserve(&mut self, positions: usize);
    /// Feeds tokens after those fed before; a prompt in few large pieces rather than many small ones. Returns the logits
    /// (one a token of the vocabulary) that follow the last of them.
    ///
    /// # Errors
    /// No token, a token outside the vocabulary, or more than the context holds; then none is fed.
    fn feed(&mut self, tokens: &[u32]) -> Result<&[f32], EngineError>;
    /// The logits that follow the first so many tokens seen, which stay as they are: those that [`Self::feed`] gave then, to
    /// the bit, at the price of one token.
    ///
    /// # Errors
    /// No token.
    ///
    /// # Panics
    /// If fewer have been seen.
    fn again(&mut self, tokens: usize) -> Result<&[f32], EngineError>;

    /// Chooses what is added to the model from now on: an adapter, by its `NAME@HASH8`, of which the hash counts, and its strength;
    /// the model itself with none, or at strength 0, to the bit. Forgets all tokens that were seen with something else.
    ///
    /// # Errors
    /// An adapter that is not loaded; then nothing changes.
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

    /// Forgets all tokens, and makes room for this many to come.
    fn reset(&mut self, positions: usize) {
        self.rewind(0);
        self.reserve(positions);
    }

    /// Forgets what differs from these tokens; returns how many they have in common with those seen, from the first on.
    fn rewind_to(&mut self, tokens: &[u32]) -> usize {
        let common = self.seen().iter().zip(tokens).take_while(|(seen, token)| seen == token).count();
        self.rewind(common);
        common
    }
}

/// Why an engine could not be made or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// More tokens than the model has positions.
    #[error("the model's context holds {context} tokens; {asked} were asked for")]
    ContextFull { context: usize, asked: usize },
    /// Logits that are no numbers: the weights are damaged, though each of them is a number.
    #[error("the model's arithmetic overflows: its file is damaged, or no language model")]
    Overflow,
    /// An adapter that the engine does not have.
    #[error("this takes the adapter {id}, which is not loaded: load its file, or go without it")]
    NoAdapter { id: String },
    /// Nothing was fed.
    #[error("there is no token to feed")]
    NoToken,
    /// A token that the vocabulary does not have.
    #[error("token {token} is outside the vocabulary of {vocabulary}")]
    UnknownToken { token: u32, vocabulary: usize },
    /// The weights cannot be read.
    #[error("{0}")]
    Model(#[from] ModelError),
}
