//! The arithmetic under the forward pass, written so that every machine gets the same bits.
//!
//! Products of 8-bit integers are summed in 32-bit integers: exact, so their order is free. Sums of floats
//! run in eight lanes that are added in one fixed tree, whether or not the compiler uses vectors: Rust
//! neither reorders nor fuses float operations. Exponentials, sines and powers come from `libm`, never
//! from the platform.

/// Lanes of a float sum.
const LANES: usize = 8;

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
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Sum of products of 8-bit integers, exact for up to 2^17 values when one side stays within 7 bits.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    dot_i8_portable(a, b)
}

/// The definition of [`dot_i8`]; natively the compiler makes good vector code of it.
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn dot_i8_portable(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

/// The same in 128-bit vectors, which the compiler does not find by itself.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    use core::arch::wasm32::*;
    assert_eq!(a.len(), b.len());
    let (a_vectors, a_rest) = a.as_chunks::<16>();
    let (b_vectors, b_rest) = b.as_chunks::<16>();
    let mut sums = [i32x4_splat(0); 2];
    for (a, b) in a_vectors.iter().zip(b_vectors) {
        // SAFETY: both point to 16 readable bytes; a vector load needs no alignment.
        let (a, b) = unsafe { (v128_load(a.as_ptr().cast()), v128_load(b.as_ptr().cast())) };
        sums[0] = i32x4_add(sums[0], i32x4_dot_i16x8(i16x8_extend_low_i8x16(a), i16x8_extend_low_i8x16(b)));
        sums[1] = i32x4_add(sums[1], i32x4_dot_i16x8(i16x8_extend_high_i8x16(a), i16x8_extend_high_i8x16(b)));
    }
    let sum = i32x4_add(sums[0], sums[1]);
    let vectors = i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum);
    vectors + a_rest.iter().zip(b_rest).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum::<i32>()
}

/// Rounds `values / scale` to integers of at most `largest` and returns the scale, `absmax / largest`;
/// zeros give scale 0.
pub fn quantize(values: &[f32], largest: i8, out: &mut [i8]) -> f32 {
    let absmax = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let largest = f32::from(largest);
    if absmax == 0.0 {
        out.fill(0);
        return 0.0;
    }
    let inverse = largest / absmax;
    for (out, value) in out.iter_mut().zip(values) {
        *out = round(value * inverse);
    }
    absmax / largest
}

/// To the nearest integer, ties to even, for |x| < 2^22: adding 1.5 x 2^23 leaves the integer in the low bits.
fn round(x: f32) -> i8 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits().wrapping_sub(SHIFT.to_bits()) as i8
}

/// RMSNorm (Zhang & Sennrich 2019): `x / sqrt(mean(x^2) + epsilon) * weight`.
pub fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let scale = 1.0 / (dot(x, x) / x.len() as f32 + epsilon).sqrt();
    for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
        *out = x * scale * weight;
    }
}

/// Softmax in place.
pub fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().fold(f32::NEG_INFINITY, |most, &score| most.max(score));
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = libm::expf(*score - largest);
        total += *score;
    }
    for score in scores {
        *score /= total;
    }
}

/// SwiGLU (Shazeer 2020): `gate = silu(gate) * up`.
pub fn swiglu(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate = *gate / (1.0 + libm::expf(-*gate)) * up;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integer_dot_is_exact(pairs in prop::collection::vec((any::<i8>(), -63i8..=63), 0..500)) {
            let (a, b): (Vec<i8>, Vec<i8>) = pairs.into_iter().unzip();
            let exact: i64 = a.iter().zip(&b).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
            prop_assert_eq!(i64::from(dot_i8(&a, &b)), exact);
            prop_assert_eq!(dot_i8(&a, &b), dot_i8_portable(&a, &b));
        }

        #[test]
        fn float_dot_is_close_to_the_true_sum(pairs in prop::collection::vec((-9.0f32..9.0, -9.0f32..9.0), 0..300)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let exact: f64 = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            let size: f64 = a.iter().zip(&b).map(|(&a, &b)| f64::from(a * b).abs()).sum();
            prop_assert!((f64::from(dot(&a, &b)) - exact).abs() <= 1e-5 * size + 1e-6);
        }

        #[test]
        fn quantizing_errs_by_half_a_step(values in prop::collection::vec(-1e6f32..1e6, 1..200)) {
            let mut out = vec![0; values.len()];
            let scale = quantize(&values, 63, &mut out);
            for (value, out) in values.iter().zip(out) {
                prop_assert!((-63..=63).contains(&out));
                prop_assert!((value - f32::from(out) * scale).abs() <= 0.5001 * scale);
            }
        }

        #[test]
        fn rounding_is_to_the_nearest(x in -127.0f32..127.0) {
            prop_assert_eq!(f32::from(round(x)), x.round_ties_even());
        }
    }

    #[test]
    fn softmax_by_hand() {
        let mut scores = [0.0, std::f32::consts::LN_2, -1000.0];
        softmax(&mut scores);
        assert!((scores[0] - 1.0 / 3.0).abs() < 1e-6 && (scores[1] - 2.0 / 3.0).abs() < 1e-6 && scores[2] == 0.0);
    }
}
