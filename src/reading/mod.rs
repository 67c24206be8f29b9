//! Measures an existing text: the model's predictions, all scores, and human passages, intact and damaged.

mod damage;
mod human;
mod perplexity;
mod score;
mod second;

pub use damage::{Damage, Original, damage};
pub use human::{HumanPassage, LENGTHS, human_passages, reference};
pub use perplexity::Perplexity;
pub use score::{AdapterTexts, Measured, Scorer, Scores, base_numbers, by_name, percentiles, scores};
pub use second::{SecondMetrics, SecondReading, SentenceGain, TokensReading, read_text, read_tokens};
