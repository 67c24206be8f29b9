//! The rooms above, run together: one generation, or the prediction of a given text.

mod generate;
mod perplexity;
mod settings;

pub use generate::{Ended, GenerateError, Generation, Writer, Written, digest};
pub use perplexity::Perplexity;
pub use settings::{Limits, Settings, SettingsError};
