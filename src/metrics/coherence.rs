//! Does the text hold together, in the eyes of the model?

use std::collections::HashSet;

/// Mean log-probability of the tokens in bits, under the model at temperature 1: minus the mean surprisal.
/// Unit: bits per token, 0 at most. Blind to meaning, and flattered by repetition.
pub fn mean_log_probability_bits(surprisal_bits: &[f64]) -> Option<f64> {
    if surprisal_bits.is_empty() {
        return None;
    }
    // 0 - x rather than -x: a certain text scores 0, not -0.
    Some(0.0 - surprisal_bits.iter().sum::<f64>() / surprisal_bits.len() as f64)
}

/// Perplexity: 2 to the mean surprisal; the number of equally likely tokens that would surprise as much.
pub fn perplexity(surprisal_bits: &[f64]) -> Option<f64> {
    mean_log_probability_bits(surprisal_bits).map(|bits| libm::exp2(-bits))
}

/// seq-rep-n: 1 - distinct n-grams / all n-grams of the tokens; 0 repeats nothing.
/// Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training".
pub fn repetition(token_ids: &[u32], n: usize) -> Option<f64> {
    let all = token_ids.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[u32]> = all.clone().collect();
    Some(1.0 - distinct.len() as f64 / all.len() as f64)
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
    fn repetition_by_hand() {
        // 1234 2341 3412 4123 1234: four of five are distinct.
        let repeated = repetition(&[1, 2, 3, 4, 1, 2, 3, 4], 4).unwrap();
        assert!((repeated - 0.2).abs() < 1e-12);
        assert_eq!(repetition(&[1, 2, 3, 4, 5], 4), Some(0.0));
        assert_eq!(repetition(&[1, 2, 3], 4), None);
        assert_eq!(repetition(&[7; 100], 4), Some(1.0 - 1.0 / 97.0));
    }
}
