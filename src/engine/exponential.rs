//! One exponential for attention, activation and sampling.

/// e^x, within 2 units in the last place; 0 below -87, e^88 above 88.
///
/// Every build runs these operations in this order, in scalars or in vectors, so every machine gets the same bits;
/// the platform's own exponential would differ. Range reduction and polynomial are those of `expf` in Moshier's Cephes.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// e^88, rounded.
    const E_88: f32 = 1.651_636_3e38;
    /// Adding this leaves the nearest integer in the low bits of a float.
    const SHIFT: f32 = 12_582_912.0; // 1.5 x 2^23
    const LN_2_HIGH: f32 = 0.693_359_4; // exact in 9 bits, so that n * LN_2_HIGH is exact
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW; // |r| <= ln(2) / 2
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let fraction = p * r * r + r + 1.0;
    // 2^n: n + 127 moved to the exponent's place; what SHIFT adds falls off the upper end.
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    // Outside the range, what was computed so far is nonsense. A clamp before would do too, but a compiler may make a
    // relaxed minimum of it, which is not the same everywhere.
    let within = fraction * power;
    if x < -87.0 {
        0.0
    } else if x > 88.0 {
        E_88
    } else {
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn within_two_units_of_the_true_value(x in -87.0f32..88.0) {
            let exact = libm::exp(x.into());
            let unit = f64::from(f32::EPSILON) / 2.0 * exact;
            prop_assert!((f64::from(exp(x)) - exact).abs() <= 2.0 * 2.0 * unit, "{} for {exact}", exp(x));
        }

        #[test]
        fn grows(x in -87.0f32..87.9, step in 1e-3f32..1.0) {
            prop_assert!(exp(x + step) > exp(x));
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!((exp(f32::NEG_INFINITY), exp(-1e30), exp(-88.0)), (0.0, 0.0, 0.0));
        assert!(exp(f32::INFINITY).is_finite() && (exp(1e30) / exp(88.0) - 1.0).abs() < 3e-7);
        assert!(exp(-87.0) > 0.0);
    }
}
