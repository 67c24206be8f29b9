//! Writes a story from settings, token by token, one or several at once; writes it again with other settings; shows the candidates at one place of a story.

mod batch;
mod generate;
mod look;
mod pen;
mod rewriter;
mod settings;

pub use batch::Batch;
pub use generate::{Ended, GenerateError, Generation, Writer, Written, digest};
pub use look::{LookError, Looker, Story};
pub use pen::{Pen, prompt_tokens};
pub use rewriter::Rewriter;
pub use settings::{AdapterSetting, Limits, Settings, SettingsError};
