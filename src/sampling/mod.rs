//! Logits to token: temperature, then nucleus (top-p), then one draw from a pinned random generator.
//!
//! Weights are the engine's own exponential, and sums run in one fixed order, so equal logits give the equal token on
//! every machine. Ties break by token id: the lower id counts as the likelier.

mod nucleus;
mod random;
mod summary;

pub use random::Random;
pub use summary::{Summary, surprisal_bits};

use crate::engine::exp;
use nucleus::{BLOCK, keep_nucleus, token_at, total};

/// The sampling chain's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain {
    /// Divides the logits; 0 is greedy decoding.
    pub temperature: f64,
    /// Probability mass of the nucleus, in (0, 1]; 1 keeps every token.
    pub top_p: f64,
}

/// A token, and what the model itself (temperature 1, nothing truncated) thought when it was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    pub token: u32,
    /// Surprisal of the token in bits.
    pub surprisal_bits: f64,
    /// Entropy of the model's distribution in bits.
    pub entropy_bits: f64,
}

/// Draws tokens; its room is allocated once.
pub struct Sampler {
    chain: Chain,
    /// One a token, then zeros to a whole block.
    weights: Vec<f32>,
    /// Tokens at the edge of the nucleus.
    order: Vec<u32>,
}

impl Sampler {
    /// A sampler for a vocabulary of this size.
    pub fn new(chain: Chain, vocabulary: usize) -> Self {
        let weights = vec![0.0; vocabulary.next_multiple_of(BLOCK)];
        Self { chain, order: Vec::with_capacity(weights.len()), weights }
    }

    /// Draws one token. The generator advances once a call, in greedy decoding too, so that a position
    /// in the story always meets the same random number. `logits`: (vocabulary).
    pub fn choose(&mut self, logits: &[f32], random: &mut Random) -> Choice {
        let uniform = random.uniform();
        let summary = Summary::new(logits);
        let token = if self.chain.temperature == 0.0 {
            argmax(logits)
        } else {
            weigh(logits, summary.largest, self.chain.temperature, &mut self.weights);
            draw(&mut self.weights, self.chain.top_p, uniform, &mut self.order)
        };
        let surprisal_bits = summary.surprisal_bits(logits[token as usize]);
        Choice { token, surprisal_bits, entropy_bits: summary.entropy_bits }
    }
}

/// `exp((logit - largest) / temperature)`: probabilities up to a common factor, the largest 1.
fn weigh(logits: &[f32], largest: f32, temperature: f64, weights: &mut [f32]) {
    // Of the lowest temperatures the inverse is infinite, and 0 times it no number.
    let inverse = ((1.0 / temperature) as f32).min(f32::MAX);
    for (weight, logit) in weights.iter_mut().zip(logits) {
        *weight = exp((logit - largest) * inverse);
    }
}

/// Draws a token from the nucleus of padded weights: the first, in order of id, at which the mass exceeds a random share
/// (`uniform`, in [0, 1)) of the nucleus.
fn draw(weights: &mut [f32], top_p: f64, uniform: f64, order: &mut Vec<u32>) -> u32 {
    let mass = keep_nucleus(weights, top_p, total(weights), order);
    token_at(weights, uniform * mass)
}

/// The token with the largest logit; of equal ones, the lowest id.
pub fn argmax(logits: &[f32]) -> u32 {
    let largest = crate::engine::maximum(logits);
    // Whole blocks first, for which compilers use vectors.
    let is_largest = |&logit: &f32| u32::from(logit == largest);
    let mut blocks = logits.chunks(BLOCK);
    let block = blocks.position(|block| block.iter().map(is_largest).sum::<u32>() > 0).unwrap_or(0) * BLOCK;
    (block + logits[block..].iter().position(|&logit| logit == largest).unwrap_or(0)) as u32
}

#[cfg(test)]
mod tests;
