//! The model's own distribution over the next token (temperature 1, no truncation), summarized.

use super::nucleus::{BLOCK, block_mass};
use crate::engine::{exp, maximum};

/// The model's own distribution over the next token, in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The largest logit.
    pub largest: f32,
    /// Natural logarithm of the sum of `exp(logit - largest)`.
    log_total: f64,
    /// Shannon entropy in bits. NaN if a logit is NaN or infinite.
    pub entropy_bits: f64,
}

impl Summary {
    /// Reads the logits, (vocabulary), twice: for the largest, and for the sums. They must not be empty.
    pub fn new(logits: &[f32]) -> Self {
        let largest = maximum(logits);
        let (blocks, rest) = logits.as_chunks::<BLOCK>();
        // Padding so low that its weight is 0.
        let mut last = [f32::MIN; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let (mut total, mut moment) = block_sums(&last, largest);
        for block in blocks {
            let sums = block_sums(block, largest);
            total += sums.0;
            moment += sums.1;
        }
        let log_total = libm::log(total);
        let entropy_bits = not_below_zero((log_total - moment / total) * std::f64::consts::LOG2_E);
        Self { largest, log_total, entropy_bits }
    }

    /// Surprisal of a token with this logit in bits, `-log2 p`.
    pub fn surprisal_bits(&self, logit: f32) -> f64 {
        let nats = self.log_total - f64::from(logit - self.largest);
        not_below_zero(nats * std::f64::consts::LOG2_E)
    }
}

/// Rounding can give a certain token slightly less than 0 bits. NaN stays NaN.
fn not_below_zero(bits: f64) -> f64 {
    if bits < 0.0 { 0.0 } else { bits }
}

/// The sums of e^d and of d e^d over a block, where d = logit - largest.
fn block_sums(block: &[f32; BLOCK], largest: f32) -> (f64, f64) {
    // One loop per step: compilers vectorize each of them, but not all in one.
    let mut weights = [0.0; BLOCK];
    for (weight, logit) in weights.iter_mut().zip(block) {
        *weight = exp(logit - largest);
    }
    let mut products = [0.0; BLOCK];
    for ((product, weight), logit) in products.iter_mut().zip(&weights).zip(block) {
        *product = weight * (logit - largest);
    }
    (block_mass(&weights), block_mass(&products))
}

/// Surprisal in bits of a token that follows with these logits.
pub fn surprisal_bits(logits: &[f32], token: u32) -> f64 {
    Summary::new(logits).surprisal_bits(logits[token as usize])
}
