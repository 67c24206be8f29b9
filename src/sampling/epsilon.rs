//! Epsilon sampling: keeps tokens with `p >= epsilon`, and always the likeliest (Hewitt, Manning & Liang 2022,
//! "Truncation Sampling as Language Model Desmoothing", arXiv 2210.15191).

use super::Distribution;

pub fn apply(distribution: &mut Distribution, epsilon: f64) {
    distribution.weigh();
    let (least, likeliest) = (epsilon * distribution.mass(), distribution.likeliest());
    distribution.retain(|distribution, token| distribution.weight(token) >= least || token == likeliest);
}
