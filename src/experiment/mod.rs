//! The rooms above, run together: for now, one generation.

mod generate;
mod settings;

pub use generate::{Ended, GenerateError, Generation, Writer, Written, digest};
pub use settings::{Limits, Settings, SettingsError};
