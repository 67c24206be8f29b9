//! Temperature: divides the logits. At temperature 0, only the likeliest token remains.

use super::{Distribution, inverse};

pub fn apply(distribution: &mut Distribution, temperature: f64) {
    if temperature == 0.0 {
        let likeliest = distribution.likeliest();
        distribution.retain(|_, token| token == likeliest);
    } else {
        distribution.scale(inverse(temperature));
    }
}
