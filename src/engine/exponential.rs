//! One exponential for attention, activation and sampling.

/// e^x, with a relative error below 1e-7 (2 + |x|); 0 below -87, e^88 above 88.
///
/// Every build runs these operations in this order, in scalars or in vectors, so every machine gets the same bits;
/// the platform's own exponential would differ. e^x = 2^n 2^f with n the integer nearest to x / ln(2); 2^f by a
/// polynomial whose coefficients minimize the largest relative error for |f| <= 1/2, 9.2e-8.
#[inline(always)]
#[expect(clippy::approx_constant, reason = "a fitted coefficient near ln(2) is not ln(2)")]
pub fn exp(x: f32) -> f32 {
    /// e^88, rounded.
    const E_88: f32 = 1.651_636_3e38;
    /// Adding this leaves the nearest integer in the low bits of a float.
    const SHIFT: f32 = 12_582_912.0; // 1.5 x 2^23
    let scaled = x * std::f32::consts::LOG2_E;
    let shifted = scaled + SHIFT;
    let f = scaled - (shifted - SHIFT);
    let mut p = 1.326_472_7e-3;
    p = p * f + 9.671_513e-3;
    p = p * f + 5.550_733_6e-2;
    p = p * f + 2.402_224_2e-1;
    p = p * f + 6.931_47e-1;
    p = p * f + 1.0;
    // 2^n: n + 127 shifted to the exponent's bits; the bits of SHIFT fall off the upper end.
    let within = p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    // Outside the range, the result is meaningless. Clamping x first would work too, but a compiler may turn that into a relaxed
    // minimum, which differs between machines.
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
        fn close_to_the_true_value(x in prop_oneof![-87.0f32..88.0, -1.0f32..1.0]) {
            let exact = libm::exp(x.into());
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            prop_assert!(error < 1e-7 * (1.0 + f64::from(x.abs())) + 1.2e-7, "{} for {exact}", exp(x));
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
        assert!(exp(f32::INFINITY).is_finite() && (exp(1e30) / exp(88.0) - 1.0).abs() < 1e-5);
        assert!(exp(-87.0) > 0.0);
    }
}
