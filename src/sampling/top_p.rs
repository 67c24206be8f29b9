//! Nucleus sampling (top-p): Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".

/// Keeps the smallest set of likeliest tokens whose probabilities sum to at least `top_p`, zeroes the
/// rest and rescales to sum 1. `probabilities` must sum to 1; at least one token is always kept.
pub fn keep_nucleus(probabilities: &mut [f64], top_p: f64) {
    if top_p >= 1.0 || probabilities.len() < 2 {
        return;
    }
    // A token under this bound cannot be in the nucleus: all such tokens together hold less than 1 - top_p.
    // Halved, so that rounding in the sum cannot matter. It spares sorting the long tail.
    let bound = 0.5 * (1.0 - top_p) / (probabilities.len() - 1) as f64;
    let mut likely: Vec<u32> =
        (0..probabilities.len() as u32).filter(|&id| probabilities[id as usize] >= bound).collect();
    likely.sort_unstable_by(|&a, &b| probabilities[b as usize].total_cmp(&probabilities[a as usize]).then(a.cmp(&b)));

    let mut mass = 0.0;
    let mut kept = 0;
    while kept < likely.len() && mass < top_p {
        mass += probabilities[likely[kept] as usize];
        kept += 1;
    }
    let nucleus: Vec<(u32, f64)> = likely[..kept].iter().map(|&id| (id, probabilities[id as usize] / mass)).collect();
    probabilities.fill(0.0);
    for (id, probability) in nucleus {
        probabilities[id as usize] = probability;
    }
}
