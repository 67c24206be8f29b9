//! Top-nσ: Tang et al. 2024, "Top-nσ: Not All Logits Are You Need", arXiv 2411.07641.
//!
//! Keeps tokens with `logit >= max - n * sigma`, where sigma is the (population) standard deviation of the remaining
//! logits. Temperature scales both sides, so the same tokens are kept before and after it.

use super::Distribution;

pub fn apply(distribution: &mut Distribution, n: f64) {
    distribution.weigh();
    let (mut count, mut sum) = (0u32, 0.0);
    for token in distribution.tokens() {
        count += 1;
        sum += distribution.depth(token);
    }
    let mean = sum / f64::from(count);
    let deviation = |token| distribution.depth(token) - mean;
    let squares: f64 = distribution.tokens().map(|token| deviation(token) * deviation(token)).sum();
    let sigma = (squares / f64::from(count)).sqrt();
    distribution.retain(|distribution, token| distribution.depth(token) >= -n * sigma);
}
