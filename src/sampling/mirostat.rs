//! Mirostat: Basu et al. 2021, arXiv 2007.14966; the second version, of the authors' repository.
//!
//! Keeps tokens with a surprisal of at most a threshold, and always the likeliest. After a token is chosen:
//! `threshold -= eta * (observed - tau)`, where `observed` is its surprisal in the distribution that it was drawn from,
//! the end of the chain. It begins at `2 * tau`. All in bits.

use super::Distribution;
use std::f64::consts::LN_2;

pub fn apply(distribution: &mut Distribution, threshold: f64) {
    distribution.weigh();
    // Surprisal is ln(mass) less a token's depth, in nats.
    let deepest = libm::log(distribution.mass()) - threshold * LN_2;
    let likeliest = distribution.likeliest();
    distribution.retain(|distribution, token| distribution.depth(token) >= deepest || token == likeliest);
}

/// The threshold for the next token.
pub fn next(threshold: f64, observed: f64, tau: f64, eta: f64) -> f64 {
    threshold - eta * (observed - tau)
}
