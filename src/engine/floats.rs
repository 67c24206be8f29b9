//! The steps of the forward pass in 32-bit floats, each in one fixed order.
//!
//! Sums run in lanes that are added in one fixed tree. Rust neither reorders nor fuses float operations, and a vector
//! lane rounds like a scalar, so whatever vectors the compiler makes of these loops, the bits stay the same.

use super::exponential::exp;

/// Lanes of a sum. Slices whose length is a multiple of it have no remainder.
pub const LANES: usize = 16;

/// Sum of the lanes, by halves.
///
/// Not inlined, because inside a loop it makes compilers shuffle the lanes in every iteration.
#[inline(never)]
pub fn tree(lanes: &[f32; LANES]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 8]);
    let four: [f32; 4] = std::array::from_fn(|lane| eight[lane] + eight[lane + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Sum of products. The two must have the same length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] += a * b;
    }
    tree(&sums)
}

/// The largest value; -inf for none. Of zeros of both signs, the positive one.
pub fn maximum(values: &[f32]) -> f32 {
    // As integers, the bits of positive floats have the order of the floats; those of negative floats have the reverse order. A
    // float maximum could become a relaxed one, which may treat zeros differently on different machines.
    let ordered = |bits: i32| bits ^ ((bits >> 31) & i32::MAX);
    let most = largest_of(values, ordered(f32::NEG_INFINITY.to_bits() as i32), |value| ordered(value.to_bits() as i32));
    f32::from_bits(ordered(most) as u32)
}

/// The largest magnitude; 0 for none.
pub fn magnitude(values: &[f32]) -> f32 {
    f32::from_bits(largest_of(values, 0, |value| value.abs().to_bits() as i32) as u32)
}

fn largest_of(values: &[f32], none: i32, key: impl Fn(f32) -> i32) -> i32 {
    values.iter().fold(none, |most, &value| most.max(key(value)))
}

/// RMSNorm (Zhang & Sennrich 2019): `x / sqrt(mean(x^2) + epsilon) * weight`.
pub fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + epsilon).sqrt();
    for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
        *out = x * scale * weight;
    }
}

/// Softmax in place over a whole number of lanes. A score of -inf gets probability 0.
pub fn softmax(scores: &mut [f32]) {
    let largest = maximum(scores);
    let (chunks, rest) = scores.as_chunks_mut::<LANES>();
    assert!(rest.is_empty());
    // Two loops, because compilers vectorize each of them, but not both in one.
    for score in chunks.as_flattened_mut() {
        *score = exp(*score - largest);
    }
    let mut sums = [0.0f32; LANES];
    for chunk in chunks.iter() {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    let inverse = 1.0 / tree(&sums);
    for score in scores {
        *score *= inverse;
    }
}

/// SwiGLU (Shazeer 2020): `out = silu(gate) * up`.
pub fn swiglu(gate: &[f32], up: &[f32], out: &mut [f32]) {
    for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
        *out = gate / (1.0 + exp(-gate)) * up;
    }
}

/// `stream += change`.
pub fn add(stream: &mut [f32], change: &[f32]) {
    for (stream, change) in stream.iter_mut().zip(change) {
        *stream += change;
    }
}

/// To the nearest integer, ties to even, for |x| < 2^22: adding 1.5 x 2^23 leaves the integer in the low bits.
pub fn round(x: f32) -> i8 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits() as i8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(size: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(-9.0f32..9.0, size)
    }

    proptest! {
        #[test]
        fn dot_is_close_to_the_true_sum(pairs in prop::collection::vec((-9.0f32..9.0, -9.0f32..9.0), 0..300)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let exact: f64 = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            let size: f64 = a.iter().zip(&b).map(|(&a, &b)| f64::from(a * b).abs()).sum();
            prop_assert!((f64::from(dot(&a, &b)) - exact).abs() <= 1e-5 * size + 1e-6);
        }

        #[test]
        fn extremes_are_those_of_the_obvious_loop(values in values(0..100)) {
            prop_assert_eq!(maximum(&values), values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
            prop_assert_eq!(magnitude(&values), values.iter().map(|value| value.abs()).fold(0.0, f32::max));
        }

        #[test]
        fn softmax_is_the_definition(mut scores in values(48), padding in 0usize..20) {
            let start = scores.len() - padding;
            scores[start..].fill(f32::NEG_INFINITY);
            let exponentials: Vec<f64> = scores.iter().map(|&score| libm::exp(score.into())).collect();
            let total: f64 = exponentials.iter().sum();
            softmax(&mut scores);
            for (score, exact) in scores.iter().zip(exponentials) {
                prop_assert!((f64::from(*score) - exact / total).abs() < 1e-6);
            }
            prop_assert!(scores[start..].iter().all(|&score| score == 0.0));
        }

        #[test]
        fn swiglu_is_the_definition(gate in -100.0f32..100.0, up in -9.0f32..9.0) {
            let mut out = [0.0];
            swiglu(&[gate], &[up], &mut out);
            let exact = f64::from(gate) / (1.0 + libm::exp(-f64::from(gate))) * f64::from(up);
            prop_assert!((f64::from(out[0]) - exact).abs() <= 1e-5 * exact.abs() + 1e-6);
        }

        #[test]
        fn rounding_is_to_the_nearest(x in -127.0f32..127.0) {
            prop_assert_eq!(f32::from(round(x)), x.round_ties_even());
        }
    }
}
