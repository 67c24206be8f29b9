//! Min-p: keeps tokens with `p >= min_p * max p` (Nguyen et al. 2024, "Turning Up the Heat", arXiv 2407.01082).

use super::Distribution;

pub fn apply(distribution: &mut Distribution, min_p: f64) {
    distribution.weigh();
    // The largest weight is 1.
    distribution.retain(|distribution, token| distribution.weight(token) >= min_p);
}
