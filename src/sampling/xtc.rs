//! XTC, "exclude top choices": p-e-w 2024, text-generation-webui, pull request 6335.
//!
//! With a chance of `probability`, removes all tokens with `p >= threshold` but the least likely of them. A line break and
//! the end of a story are treated like other tokens here; that project never removes them.

use super::Distribution;

/// The coin needs no random number of its own: it falls if the place's number is below `probability`. Rescaled to the part of
/// [0, 1) that remains possible, the number is uniform again. It is returned for the draw.
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
