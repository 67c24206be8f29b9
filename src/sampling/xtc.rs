//! XTC, "exclude top choices": p-e-w 2024, text-generation-webui, pull request 6335.
//!
//! With a chance of `probability`, removes all tokens with `p >= threshold` but the least likely of them.

use super::Distribution;

/// The coin is taken from the random number of this token, which comes back uniform again: the coin falls if it is below
/// `probability`, and then as well as otherwise where it lies within its part of [0, 1) is still open.
pub fn apply(distribution: &mut Distribution, uniform: f64, probability: f64, threshold: f64) -> f64 {
    if uniform >= probability {
        return (uniform - probability) / (1.0 - probability);
    }
    distribution.weigh();
    let least = threshold * distribution.mass();
    let is_top = |distribution: &Distribution, token| distribution.weight(token) >= least;
    // Of equal ones, the last in order of id.
    let tops = distribution.tokens().filter(|&token| is_top(distribution, token));
    let last =
        tops.reduce(|last, token| if distribution.score(token) <= distribution.score(last) { token } else { last });
    distribution.retain(|distribution, token| !is_top(distribution, token) || Some(token) == last);
    uniform / probability
}
