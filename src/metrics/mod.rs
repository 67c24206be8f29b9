//! Tokens and text to numbers. Each metric is a small pure function with its formula, unit and source.
//!
//! `None` means that the text is too short for the question, never zero.

mod coherence;
mod novelty;
mod words;

pub use coherence::{mean_log_probability_bits, perplexity, repetition};
pub use novelty::{EarlierStories, distinct};
pub use words::words;

use serde::{Deserialize, Serialize};

/// Every number of one generation. All describe the generated text alone, without its prompt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// See [`EarlierStories::novelty_of`]; 0 to 1, or none where there is no earlier story.
    pub session_novelty: Option<f64>,
    /// See [`distinct`], of single words.
    pub distinct_1: Option<f64>,
    /// Of pairs of words.
    pub distinct_2: Option<f64>,
    /// Of triples of words.
    pub distinct_3: Option<f64>,
    /// See [`mean_log_probability_bits`]; bits per token, never above 0.
    pub mean_log_probability_bits: Option<f64>,
    /// See [`perplexity`]; 1 or more.
    pub perplexity: Option<f64>,
    /// See [`repetition`], of runs of four tokens; 0 to 1.
    pub seq_rep_4: Option<f64>,
    /// Words in the text.
    pub words: usize,
    /// Tokens in the text.
    pub tokens: usize,
}

/// Measures one generated text. `surprisal_bits` holds one number a token (temperature 1, untruncated).
pub fn measure(text: &str, token_ids: &[u32], surprisal_bits: &[f64], earlier: &EarlierStories) -> Metrics {
    let words = words(text);
    Metrics {
        session_novelty: earlier.novelty_of(&words),
        distinct_1: distinct(&words, 1),
        distinct_2: distinct(&words, 2),
        distinct_3: distinct(&words, 3),
        mean_log_probability_bits: mean_log_probability_bits(surprisal_bits),
        perplexity: perplexity(surprisal_bits),
        seq_rep_4: repetition(token_ids, 4),
        words: words.len(),
        tokens: token_ids.len(),
    }
}
