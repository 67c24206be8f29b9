//! Top-k: keeps the k likeliest tokens (Fan, Lewis & Dauphin 2018, "Hierarchical Neural Story Generation", arXiv
//! 1805.04833).

use super::Distribution;

pub fn apply(distribution: &mut Distribution, k: usize) {
    distribution.list(Distribution::likeliest_first);
    distribution.select(k);
    distribution.keep_first(k);
}
