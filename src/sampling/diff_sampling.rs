//! DiffSampling: Franceschelli & Musolesi 2025, arXiv 2502.14037, algorithm 1.
//!
//! With probabilities p sorted from the likeliest down, cuts after the steepest drop: the i with the largest
//! `p[i] - p[i + 1]` (0 follows the last), the first such on ties. The cut may be kept from falling too early: not before
//! the tokens that hold the mass `mass` (DiffSampling-lb; 0 is DiffSampling-cut), or, if `min_p` is above 0, not before
//! the last token with `p > min_p * p[0]` (DiffSampling-minp).

use super::Distribution;

pub fn apply(distribution: &mut Distribution, mass: f64, min_p: f64) {
    distribution.weigh();
    let tokens = distribution.list(Distribution::likeliest_first);
    distribution.sort();
    let weight = |place: usize| if place < tokens { distribution.weight(distribution.listed(place)) } else { 0.0 };
    let first = if min_p > 0.0 {
        let least = min_p * weight(0);
        (1..tokens).take_while(|&place| weight(place) > least).count()
    } else {
        let wanted = mass * distribution.mass();
        let mut sum = 0.0;
        let holds_enough = |&place: &usize| {
            sum += weight(place);
            sum >= wanted
        };
        (0..tokens).find(holds_enough).unwrap_or(tokens.saturating_sub(1))
    };
    let (mut cut, mut steepest) = (first, 0.0);
    for place in first..tokens {
        let drop = weight(place) - weight(place + 1);
        if drop > steepest {
            (cut, steepest) = (place, drop);
        }
    }
    distribution.keep_first(cut + 1);
}
