//! What the model itself thinks of the next token: temperature 1, nothing truncated.

use crate::engine::exp;

/// Lanes of a sum; added in one fixed tree at the end.
const LANES: usize = 8;

/// The model's own distribution over the next token, in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The largest logit.
    pub largest: f32,
    /// Natural logarithm of the sum of `exp(logit - largest)`.
    log_total: f64,
    /// Shannon entropy in bits.
    pub entropy_bits: f64,
}

impl Summary {
    /// Reads the logits (one a token of the vocabulary, not empty) twice: for the largest, and for the sums.
    pub fn new(logits: &[f32]) -> Self {
        let largest = crate::engine::maximum(logits);
        let (chunks, rest) = logits.as_chunks::<LANES>();
        let mut last = [f32::NEG_INFINITY; LANES];
        last[..rest.len()].copy_from_slice(rest);
        // The sum of e^d and of d e^d, where d = logit - largest.
        let (mut total, mut moment) = ([0.0f64; LANES], [0.0f64; LANES]);
        for chunk in chunks.iter().chain([&last]) {
            for lane in 0..LANES {
                let distance = chunk[lane] - largest;
                let weight = exp(distance);
                // Far below, the weight is 0, and 0 times -inf must be 0 too.
                let product = if distance < -87.0 { 0.0 } else { weight * distance };
                total[lane] += f64::from(weight);
                moment[lane] += f64::from(product);
            }
        }
        let sum = |lanes: [f64; LANES]| {
            let four: [f64; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
            (four[0] + four[2]) + (four[1] + four[3])
        };
        let (total, moment) = (sum(total), sum(moment));
        let log_total = libm::log(total);
        // A certain distribution may come out a rounding error below zero.
        let entropy_bits = ((log_total - moment / total) * std::f64::consts::LOG2_E).max(0.0);
        Self { largest, log_total, entropy_bits }
    }

    /// Surprisal of a token with this logit in bits, `-log2 p`.
    pub fn surprisal_bits(&self, logit: f32) -> f64 {
        let nats = self.log_total - f64::from(logit - self.largest);
        (nats * std::f64::consts::LOG2_E).max(0.0)
    }
}

/// Surprisal in bits of a token that follows with these logits.
pub fn surprisal_bits(logits: &[f32], token: u32) -> f64 {
    Summary::new(logits).surprisal_bits(logits[token as usize])
}
