//! The rooms above, run together: one generation, or the prediction of a given text.

mod batch;
mod damage;
mod findings;
mod generate;
mod human;
pub mod judge;
mod look;
mod pen;
mod perplexity;
mod reading;
mod row;
mod score;
mod settings;
mod statistics;
mod sweep;
mod sweeper;

pub use batch::Batch;
pub use damage::{Damage, Original, damage};
pub use findings::{Comparison, Finding, ValueMean, caveats, cell_means, finding};
pub use generate::{Ended, GenerateError, Generation, Writer, Written, digest};
pub use human::{HumanPassage, LENGTHS, human_passages, reference};
pub use look::{LookError, Looker, Story};
pub use pen::{Pen, prompt_tokens};
pub use perplexity::Perplexity;
pub use reading::{SecondMetrics, SecondReading, SentenceGain, TokensRead, TokensReading, read_text, read_tokens};
pub use row::{Row, csv, sweep_digest};
pub use score::{AdapterTexts, Measured, Scorer, Scores, base_numbers, by_name, percentiles};
pub use settings::{Adapter, Limits, Settings, SettingsError};
pub use statistics::{Estimate, Interval, SignFlip, holm};
pub use sweep::{Axis, AxisDescription, Grid, GridError, USUAL_AXES, axes, axes_text, axis_descriptions, axis_label};
pub use sweeper::{Sweeper, Tools};
