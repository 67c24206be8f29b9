//! Logits to token: temperature, then nucleus (top-p), then one draw from a pinned random generator.
//!
//! Everything is f64 arithmetic in a fixed order with `libm`'s exponential, so equal logits give the
//! equal token on every machine. Ties break by token id: the lower id counts as the likelier.

mod random;
mod softmax;
mod top_p;

pub use random::Random;
pub use softmax::{argmax, softmax, surprisal_bits};
pub use top_p::keep_nucleus;

/// The sampling chain's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chain {
    /// Divides the logits; 0 is greedy decoding.
    pub temperature: f64,
    /// Probability mass of the nucleus, in (0, 1]; 1 keeps every token.
    pub top_p: f64,
}

impl Chain {
    /// The distribution that the next token is drawn from: one probability a token, summing to 1.
    pub fn distribution(&self, logits: &[f32]) -> Vec<f64> {
        let mut probabilities = softmax(logits, self.temperature);
        if self.temperature > 0.0 {
            keep_nucleus(&mut probabilities, self.top_p);
        }
        probabilities
    }

    /// Draws one token. The generator advances once a call, in greedy decoding too, so that a position
    /// in the story always meets the same random number.
    pub fn next_token(&self, logits: &[f32], random: &mut Random) -> u32 {
        let uniform = random.uniform();
        if self.temperature == 0.0 {
            return argmax(logits);
        }
        draw(&self.distribution(logits), uniform)
    }
}

/// The token at which the cumulative probability, summed in order of id, first exceeds `uniform`
/// (in [0, 1)); rounding may leave the sum a hair under `uniform`, then the last possible token.
pub fn draw(probabilities: &[f64], uniform: f64) -> u32 {
    let mut cumulative = 0.0;
    let mut last_possible = 0;
    for (id, &probability) in probabilities.iter().enumerate() {
        if probability > 0.0 {
            cumulative += probability;
            last_possible = id as u32;
            if cumulative > uniform {
                break;
            }
        }
    }
    last_possible
}

#[cfg(test)]
mod tests;
