//! How likely a text is to the model. This separates sense from gibberish, but not good text from dull text.

use serde::{Deserialize, Serialize};

/// Mean log-probability of the tokens in bits, under the model at temperature 1: minus the mean surprisal.
/// Unit: bits per token, at most 0. Does not see meaning, and rises with repetition.
pub fn mean_log_probability_bits(surprisal_bits: &[f64]) -> Option<f64> {
    // 0 - x rather than -x: a certain text scores 0, not -0.
    mean(surprisal_bits).map(|bits| 0.0 - bits)
}

/// Perplexity: 2 to the power of the mean surprisal; the number of equally likely tokens that would surprise as much.
/// Jelinek et al. 1977.
pub fn perplexity(surprisal_bits: &[f64]) -> Option<f64> {
    mean(surprisal_bits).map(libm::exp2)
}

/// SLOR: the mean log-probability minus that of the tokens without context, by their frequency in the library.
/// Unit: bits per token. It is what the context adds to the frequency of each token, so that rare words are no disadvantage.
/// `alone_bits`: see [`Unigrams::surprisal_bits`], one per token. Kann et al. 2018, "Sentence-Level Fluency Evaluation".
pub fn slor_bits(surprisal_bits: &[f64], alone_bits: &[f64]) -> Option<f64> {
    Some(mean(alone_bits)? - mean(surprisal_bits)?)
}

/// SLOR per word: the same sum divided by the number of words, in bits per word. It does not depend on how words are split into tokens,
/// so that rare words, which have many tokens, are no disadvantage.
pub fn slor_per_word_bits(surprisal_bits: &[f64], alone_bits: &[f64], words: usize) -> Option<f64> {
    let bits = slor_bits(surprisal_bits, alone_bits)? * surprisal_bits.len() as f64;
    (words > 0).then(|| bits / words as f64)
}

/// How often each token occurs in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub struct Unigrams {
    /// By token id.
    counts: Vec<u32>,
    surprisal_bits: Vec<f64>,
}

impl From<Unigrams> for Vec<u32> {
    fn from(unigrams: Unigrams) -> Self {
        unigrams.counts
    }
}

impl From<Vec<u32>> for Unigrams {
    /// Adds 1 to each count (Laplace smoothing), so that no token is impossible.
    fn from(counts: Vec<u32>) -> Self {
        let total: f64 = counts.iter().map(|&count| f64::from(count) + 1.0).sum();
        let bits = |&count: &u32| libm::log2(total / (f64::from(count) + 1.0));
        Self { surprisal_bits: counts.iter().map(bits).collect(), counts }
    }
}

impl Unigrams {
    /// Number of token ids counted, including those that never occur.
    pub fn vocabulary(&self) -> usize {
        self.counts.len()
    }

    /// Surprisal of a token without context, in bits; an unknown token counts as the rarest.
    pub fn surprisal_bits(&self, token: u32) -> f64 {
        let rarest = || self.surprisal_bits.iter().copied().fold(0.0, f64::max);
        self.surprisal_bits.get(token as usize).copied().unwrap_or_else(rarest)
    }
}

/// The mean, summed in order.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihood_by_hand() {
        // Probabilities 1/2, 1/8, 1/4: surprisals 1, 3, 2.
        assert_eq!(mean_log_probability_bits(&[1.0, 3.0, 2.0]), Some(-2.0));
        assert_eq!(perplexity(&[1.0, 3.0, 2.0]), Some(4.0));
        assert_eq!(perplexity(&[0.0, 0.0]), Some(1.0));
        assert_eq!(mean_log_probability_bits(&[]), None);
        assert_eq!(perplexity(&[]), None);
    }

    #[test]
    fn slor_by_hand() {
        // Counts 1, 0 and 5 stand for shares of 2/9, 1/9 and 6/9.
        let unigrams = Unigrams::from(vec![1, 0, 5]);
        let alone = [unigrams.surprisal_bits(0), unigrams.surprisal_bits(1)];
        assert!((alone[0] - 4.5f64.log2()).abs() < 1e-12 && (alone[1] - 9f64.log2()).abs() < 1e-12);
        assert_eq!(unigrams.surprisal_bits(7), unigrams.surprisal_bits(1), "unknown is as rare as the rarest");
        let slor = slor_bits(&[1.0, 2.0], &alone).unwrap();
        assert!((slor - ((4.5f64.log2() + 9f64.log2()) / 2.0 - 1.5)).abs() < 1e-12);
        assert_eq!(slor_per_word_bits(&[1.0, 2.0], &alone, 4), Some(slor / 2.0));
        assert_eq!(slor_bits(&[], &[]), None);
        assert_eq!(slor_per_word_bits(&[1.0], &[2.0], 0), None);
    }
}
