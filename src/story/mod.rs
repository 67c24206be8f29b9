//! Settings in, a story out, token by token; several stories side by side; a look into one place of a story.

mod batch;
mod generate;
mod look;
mod pen;
mod settings;

pub use batch::Batch;
pub use generate::{Ended, GenerateError, Generation, Writer, Written, digest};
pub use look::{LookError, Looker, Story};
pub use pen::{Pen, prompt_tokens};
pub use settings::{Adapter, Limits, Settings, SettingsError};
