//! Locally typical sampling: Meister et al. 2022, arXiv 2202.00666.
//!
//! Keeps the smallest set of tokens whose surprisal is nearest to the entropy that holds the mass: sorted by
//! `|-ln p - H|`, until `sum of p >= typical_p`. The likeliest token may be removed.

use super::Distribution;

pub fn apply(distribution: &mut Distribution, typical_p: f64) {
    distribution.weigh();
    // -ln p is ln(mass) minus the token's depth, and H is ln(mass) minus the mean depth.
    let mean = distribution.mean_depth();
    let tokens = distribution.list(|distribution, token| {
        let distance = (distribution.depth(token) - mean).abs() as f32;
        // The bits of nonnegative floats have the same order as the floats.
        distance.to_bits()
    });
    distribution.sort();
    let wanted = typical_p * distribution.mass();
    let (mut mass, mut kept) = (0.0, 0);
    while kept < tokens && mass < wanted {
        mass += distribution.weight(distribution.listed(kept));
        kept += 1;
    }
    distribution.keep_first(kept);
}
