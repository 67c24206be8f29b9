//! Softmax with temperature, and what the model itself thought of a token.

/// Probabilities of `logits / temperature`, summing to 1; temperature 0 puts everything on [`argmax`].
///
/// The largest logit is subtracted first, so no temperature overflows.
pub fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    if temperature == 0.0 {
        let mut probabilities = vec![0.0; logits.len()];
        if !logits.is_empty() {
            probabilities[argmax(logits) as usize] = 1.0;
        }
        return probabilities;
    }
    let largest = maximum(logits);
    let mut probabilities: Vec<f64> =
        logits.iter().map(|&logit| libm::exp((f64::from(logit) - largest) / temperature)).collect();
    let total: f64 = probabilities.iter().sum();
    for probability in &mut probabilities {
        *probability /= total;
    }
    probabilities
}

/// The token with the largest logit; of equal ones, the lowest id.
pub fn argmax(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (id, &logit) in logits.iter().enumerate() {
        if logit > logits[best] {
            best = id;
        }
    }
    best as u32
}

/// Surprisal of a token in bits, `-log2 p`, under the model itself: temperature 1, nothing truncated.
pub fn surprisal_bits(logits: &[f32], token: u32) -> f64 {
    let largest = maximum(logits);
    let total: f64 = logits.iter().map(|&logit| libm::exp(f64::from(logit) - largest)).sum();
    let nats = libm::log(total) - (f64::from(logits[token as usize]) - largest);
    // A token that holds all the mass may come out a rounding error below zero.
    (nats * std::f64::consts::LOG2_E).max(0.0)
}

fn maximum(logits: &[f32]) -> f64 {
    f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max))
}
