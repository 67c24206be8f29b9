//! Eta sampling: keeps tokens with `p >= min(eta, sqrt(eta) * e^-H)`, H the entropy in nats, and always the likeliest
//! (Hewitt, Manning & Liang 2022, "Truncation Sampling as Language Model Desmoothing", arXiv 2210.15191; the paper names
//! the parameter epsilon and the bound eta).

use super::{Distribution, epsilon};

pub fn apply(distribution: &mut Distribution, eta: f64) {
    distribution.weigh();
    let by_entropy = eta.sqrt() * libm::exp(-distribution.entropy());
    epsilon::apply(distribution, if by_entropy < eta { by_entropy } else { eta });
}
