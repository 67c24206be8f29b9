//! Turns tokens and text into numbers. Each metric is a small pure function with its formula, unit and source; docs/methods.md
//! explains them.
//!
//! `None` means that the text is too short for the metric. It never stands for zero.

mod headline;
mod likelihood;
mod lines;
mod reference;
mod repetition;
mod sentences;
mod session;
mod surprise;
mod table;
mod tokens_read;
pub mod written;

pub use headline::{COHERENCE, Headlines, LOWER_RANGE};
pub use likelihood::{Unigrams, mean, mean_log_probability_bits, perplexity, slor_bits, slor_per_word_bits};
pub use lines::{Lines, rhyming_line_ends};
pub use reference::{Reference, ReferenceError, quantiles};
pub use repetition::{Rarity, distinct, repetition, sentence_overlap};
pub use sentences::sentences;
pub use session::EarlierStories;
pub use surprise::{
    PEAK_BITS, entropy_per_word_bits, excess_surprise_bits, mean_entropy_bits, surprisal_variance, surprise,
    surprise_peaks,
};
pub use table::{Better, Described, Dial, METRICS, Metric, Variant, Way, describe, described, has_base, label_of};
pub use tokens_read::TokensRead;

use crate::library::words;
use serde::{Deserialize, Serialize};

/// A text, and the model's numbers for each of its tokens (temperature 1, no truncation).
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    pub text: &'a str,
    pub token_ids: &'a [u32],
    /// One per token.
    pub surprisal_bits: &'a [f64],
    /// One per token: the entropy of the prediction for it.
    pub entropy_bits: &'a [f64],
}

/// The numbers of one text that need only its [`Reading`]. All describe the text without its prompt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Tokens in the text.
    pub tokens: usize,
    /// Words in the text.
    pub words: usize,
    /// See [`EarlierStories::novelty_of`]; 0 to 1, or none if there is no earlier story.
    pub session_novelty: Option<f64>,
    /// See [`EarlierStories::self_bleu`]; 0 to 1.
    pub self_bleu: Option<f64>,
    /// See [`distinct`], of single words.
    pub distinct_1: Option<f64>,
    /// Of pairs of words.
    pub distinct_2: Option<f64>,
    /// Of triples of words.
    pub distinct_3: Option<f64>,
    /// See [`repetition`], of pairs of tokens; 0 to 1.
    pub seq_rep_2: Option<f64>,
    /// Of runs of three tokens.
    pub seq_rep_3: Option<f64>,
    /// Of runs of four tokens.
    pub seq_rep_4: Option<f64>,
    /// See [`sentence_overlap`]; 0 to 1.
    pub sentence_overlap: Option<f64>,
    /// See [`mean_log_probability_bits`]; bits per token, never above 0.
    pub mean_log_probability_bits: Option<f64>,
    /// See [`perplexity`]; 1 or more.
    pub perplexity: Option<f64>,
    /// See [`slor_bits`]; bits per token. None without a reference.
    pub slor_bits: Option<f64>,
    /// See [`slor_per_word_bits`]; bits per word. None without a reference.
    pub slor_per_word_bits: Option<f64>,
    /// See [`mean_entropy_bits`]; bits per token.
    pub mean_entropy_bits: Option<f64>,
    /// See [`entropy_per_word_bits`]; bits per word.
    pub entropy_per_word_bits: Option<f64>,
    /// See [`excess_surprise_bits`]; bits per token.
    pub excess_surprise_bits: Option<f64>,
    /// See [`surprise()`]; 0 or more.
    pub surprise: Option<f64>,
    /// See [`surprise_peaks`]; 0 to 1.
    pub surprise_peaks: Option<f64>,
    /// See [`surprisal_variance`]; bits squared.
    pub surprisal_variance: Option<f64>,
}

/// Measures a text.
pub fn measure(reading: Reading, earlier: &EarlierStories, reference: Option<&Reference>) -> Metrics {
    let Reading { text, token_ids, surprisal_bits, entropy_bits } = reading;
    let words = words(text);
    let alone = reference.map_or(Vec::new(), |reference| {
        token_ids.iter().map(|&token| reference.token_counts.surprisal_bits(token)).collect()
    });
    Metrics {
        tokens: token_ids.len(),
        words: words.len(),
        session_novelty: earlier.novelty_of(&words),
        self_bleu: earlier.self_bleu(&words),
        distinct_1: distinct(&words, 1),
        distinct_2: distinct(&words, 2),
        distinct_3: distinct(&words, 3),
        seq_rep_2: repetition(token_ids, 2),
        seq_rep_3: repetition(token_ids, 3),
        seq_rep_4: repetition(token_ids, 4),
        sentence_overlap: sentence_overlap(text, reference.map_or(&Rarity::default(), |reference| &reference.rarity)),
        mean_log_probability_bits: mean_log_probability_bits(surprisal_bits),
        perplexity: perplexity(surprisal_bits),
        slor_bits: slor_bits(surprisal_bits, &alone),
        slor_per_word_bits: slor_per_word_bits(surprisal_bits, &alone, words.len()),
        mean_entropy_bits: mean_entropy_bits(entropy_bits),
        entropy_per_word_bits: entropy_per_word_bits(entropy_bits, words.len()),
        excess_surprise_bits: excess_surprise_bits(surprisal_bits, entropy_bits),
        surprise: surprise(surprisal_bits, entropy_bits),
        surprise_peaks: surprise_peaks(surprisal_bits),
        surprisal_variance: surprisal_variance(surprisal_bits),
    }
}
