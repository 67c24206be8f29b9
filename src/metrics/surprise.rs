//! How far a text departs from the model's expectations, token by token.

use super::likelihood::mean;

/// A peak is a token with at least this surprisal: the model gave it one chance in 256 or less.
pub const PEAK_BITS: f64 = 8.0;

/// Mean entropy of the model's predictions along the text, in bits per token: how uncertain the next token is.
/// 0 to the logarithm of the vocabulary. It does not depend on the token that follows.
pub fn mean_entropy_bits(entropy_bits: &[f64]) -> Option<f64> {
    mean(entropy_bits)
}

/// Entropy per word: the sum of the entropies along the text divided by its number of words, in bits. Unlike the mean over tokens, it
/// does not depend on how words are split into tokens.
pub fn entropy_per_word_bits(entropy_bits: &[f64], words: usize) -> Option<f64> {
    (words > 0 && !entropy_bits.is_empty()).then(|| entropy_bits.iter().sum::<f64>() / words as f64)
}

/// Excess surprise: mean surprisal minus mean entropy, in bits per token. On average 0 for plain samples of the model, negative for
/// cautious samples, positive for most human texts and for gibberish.
/// The numerator of the typicality of Meister et al. 2023, "Locally Typical Sampling", with its sign.
pub fn excess_surprise_bits(surprisal_bits: &[f64], entropy_bits: &[f64]) -> Option<f64> {
    Some(mean(surprisal_bits)? - mean(entropy_bits)?)
}

/// Surprise: the surprisal along the text as a share of the entropy, which is the surprisal that the model expects. 1 on average for the
/// model's own plain samples, below it for cautious ones, above it for most people's texts and for gibberish; 0 or more, without an end.
/// Like [`excess_surprise_bits`], but in open and in predictable stories alike. None where nothing is open.
pub fn surprise(surprisal_bits: &[f64], entropy_bits: &[f64]) -> Option<f64> {
    let expected = mean(entropy_bits).filter(|&bits| bits > 0.0)?;
    Some(mean(surprisal_bits)? / expected)
}

/// The share of tokens with [`PEAK_BITS`] of surprisal or more, 0 to 1.
pub fn surprise_peaks(surprisal_bits: &[f64]) -> Option<f64> {
    let peaks = surprisal_bits.iter().filter(|&&bits| bits >= PEAK_BITS).count();
    (!surprisal_bits.is_empty()).then(|| peaks as f64 / surprisal_bits.len() as f64)
}

/// Variance of the surprisal along the text, in bits squared: 0 if information is spread evenly.
/// Meister et al. 2021, "Revisiting the Uniform Information Density Hypothesis".
pub fn surprisal_variance(surprisal_bits: &[f64]) -> Option<f64> {
    let centre = mean(surprisal_bits)?;
    let squares = surprisal_bits.iter().map(|bits| (bits - centre) * (bits - centre));
    Some(squares.sum::<f64>() / surprisal_bits.len() as f64)
}

#[test]
fn surprise_by_hand() {
    let surprisal = [1.0, 9.0, 2.0];
    assert_eq!(mean_entropy_bits(&[2.0, 4.0, 3.0]), Some(3.0));
    assert_eq!(entropy_per_word_bits(&[2.0, 4.0, 3.0], 2), Some(4.5));
    assert_eq!(entropy_per_word_bits(&[1.0], 0), None);
    assert_eq!(excess_surprise_bits(&surprisal, &[2.0, 4.0, 3.0]), Some(1.0));
    assert_eq!(surprise(&surprisal, &[2.0, 4.0, 2.0]), Some(1.5));
    assert_eq!((surprise(&[0.0], &[0.0]), surprise(&[], &[])), (None, None));
    assert_eq!(surprise_peaks(&surprisal), Some(1.0 / 3.0));
    assert_eq!(surprisal_variance(&surprisal), Some((9.0 + 25.0 + 4.0) / 3.0));
    assert_eq!(surprisal_variance(&[5.0]), Some(0.0));
    assert_eq!((mean_entropy_bits(&[]), surprise_peaks(&[]), surprisal_variance(&[])), (None, None, None));
}
