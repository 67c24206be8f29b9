//! Statistics of an experiment: means with intervals, and tests of differences.
//!
//! All of them give the same numbers on every machine. None assumes how the numbers are distributed.

use super::agreement::bootstrap;
use crate::metrics::written::decimal;
use crate::sampling::Random;
use serde::Serialize;

/// Up to this many differences, every flip of their signs is tried: at most 2^14 flips.
const EXACT: usize = 14;
/// Number of random flips if there are more.
const DRAWN: u32 = 10_000;

/// Fewest values for an interval. Resamples of fewer vary too little: even the whole range of five values, which no resample can
/// leave, misses the median of their distribution more often than once in twenty times (2 / 2^5).
const LEAST_VALUES: usize = 6;

/// A mean with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Estimate {
    /// Number of values.
    pub count: usize,
    pub mean: f64,
    /// None for fewer than six values.
    pub interval: Option<Interval>,
}

/// A 95% bootstrap interval (Efron 1979): see [`bootstrap`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Interval {
    pub from: f64,
    pub to: f64,
}

impl Estimate {
    /// The mean of some values, which are resampled one by one. None without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        let mean = |sample: &[usize]| sample.iter().map(|&at| values[at]).sum::<f64>() / sample.len() as f64;
        let interval = match count {
            0 => return None,
            count if count < LEAST_VALUES => None,
            _ => bootstrap(count, |sample| Some(mean(sample))).map(|(from, to)| Interval { from, to }),
        };
        let all: Vec<usize> = (0..count).collect();
        Some(Self { count, mean: mean(&all), interval })
    }
}

/// The outcome of a test on paired differences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignFlip {
    /// Number of differences, including zeros.
    pub pairs: usize,
    pub mean_difference: f64,
    /// Probability of a mean at least as far from 0 by chance, if nothing differs: above 0, at most 1.
    pub p: f64,
    /// Whether every flip was tried; otherwise 10,000 were drawn.
    pub exact: bool,
}

impl SignFlip {
    /// The paired sign-flip permutation test, two-sided (Fisher 1935, The Design of Experiments, section 21; Good 2005, Permutation,
    /// Parametric and Bootstrap Tests of Hypotheses). If nothing differs, each difference could as well have had the other
    /// sign; p is the share of all such flips whose mean is at least as far from 0. With more than 14 differences that are not 0,
    /// it is estimated from 10,000 random flips, the same on every machine, including the observed signs. None without differences.
    ///
    /// The differences must be independent: average those of one seed and prompt first.
    pub fn of(differences: &[f64]) -> Option<Self> {
        if differences.is_empty() {
            return None;
        }
        let mean_difference = differences.iter().sum::<f64>() / differences.len() as f64;
        // A 0 has no sign.
        let moving: Vec<f64> = differences.iter().copied().filter(|&difference| difference != 0.0).collect();
        // Sums that differ only by rounding count as equal.
        let rounding = 1e-12 * moving.iter().map(|difference| difference.abs()).sum::<f64>();
        let observed = moving.iter().sum::<f64>().abs() - rounding;
        let is_far = |flipped: &mut dyn FnMut() -> bool| {
            let sum: f64 = moving.iter().map(|&difference| if flipped() { -difference } else { difference }).sum();
            sum.abs() >= observed
        };
        let exact = moving.len() <= EXACT;
        let p = if exact {
            let flips = 1u32 << moving.len();
            let far = (0..flips).filter(|&flip| {
                let mut rest = flip;
                is_far(&mut || {
                    let flipped = rest & 1 == 1;
                    rest >>= 1;
                    flipped
                })
            });
            far.count() as f64 / f64::from(flips)
        } else {
            let mut random = Random::new(1935);
            let far = (0..DRAWN).filter(|_| is_far(&mut || random.uniform() < 0.5)).count();
            (far + 1) as f64 / f64::from(DRAWN + 1)
        };
        Some(Self { pairs: differences.len(), mean_difference, p, exact })
    }

    /// The smallest p that this many differences can give, however large they are.
    pub fn smallest_p(pairs: usize) -> f64 {
        if pairs <= EXACT { (2.0 / f64::from(1u32 << pairs)).min(1.0) } else { 1.0 / f64::from(DRAWN + 1) }
    }
}

/// A p in words. As a `bound` ("at most"), it is rounded up, because rounded down it would promise too much. `pValue` in
/// `www/parts/format.js` follows the same rule; `tests/written.json` tests both.
pub fn p_words(p: f64, bound: bool) -> String {
    if p < 0.001 {
        "p < 0.001".into()
    } else if bound {
        // The rounding error of a float must not add a thousandth.
        format!("p ≤ {:.3}", (1000.0 * p - 1e-9).ceil() / 1000.0)
    } else {
        format!("p = {}", decimal(p, 3))
    }
}

/// Holm's correction (Holm 1979): each corrected p can be compared with one level, however many comparisons were made. In the order
/// given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&one, &other| p[one].total_cmp(&p[other]));
    let mut corrected = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max(((p.len() - rank) as f64 * p[index]).min(1.0));
        corrected[index] = largest;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn estimates_by_hand() {
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[2.0]), Some(Estimate { count: 1, mean: 2.0, interval: None }));
        assert_eq!(Estimate::of(&[0.0, 1.0, 2.0, 3.0, 4.0]), Some(Estimate { count: 5, mean: 2.0, interval: None }));
        let Estimate { count, mean, interval } = Estimate::of(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((count, mean), (6, 2.5));
        let Interval { from, to } = interval.unwrap();
        assert!(0.0 < from && from < 2.5 && 2.5 < to && to < 5.0, "{from} {to}");
    }

    #[test]
    fn sign_flips_by_hand() {
        let p = |differences: &[f64]| SignFlip::of(differences).unwrap().p;
        // Only all as they are, and all flipped, are as far from 0.
        assert_eq!(p(&[1.0, 2.0, 3.0]), 2.0 / 8.0);
        // Sums 4, 2, 6 and 0 with either sign: 4 and 6 are as far as 4.
        assert_eq!(p(&[-1.0, 2.0, 3.0]), 4.0 / 8.0);
        assert_eq!(p(&[1.0, -1.0]), 1.0);
        // Sums that differ by rounding only: 0.1 + 0.2 against 0.3.
        assert_eq!(p(&[0.1, 0.2, -0.3]), 1.0);
        let with_zero = SignFlip::of(&[1.0, 2.0, 3.0, 0.0]).unwrap();
        assert_eq!((with_zero.p, with_zero.pairs, with_zero.mean_difference), (0.25, 4, 1.5));
        assert_eq!(p(&[0.0, 0.0]), 1.0);
        assert_eq!(SignFlip::of(&[]), None);
        assert_eq!(SignFlip::smallest_p(0), 1.0);
        assert_eq!(SignFlip::smallest_p(8), 2.0 / 256.0);
    }

    #[test]
    fn many_pairs_are_drawn_and_agree_with_what_is_known() {
        let all_up = SignFlip::of(&[1.0; 40]).unwrap();
        assert!(!all_up.exact);
        assert_eq!(all_up.p, SignFlip::smallest_p(40), "only the flip at hand is as far");
        // 13 ups and 7 downs: the two-sided sign test, 2 * P(at least 13 of 20) = 0.2632.
        let differences: Vec<f64> = (0..20).map(|index| if index < 13 { 1.0 } else { -1.0 }).collect();
        let drawn = SignFlip::of(&differences).unwrap();
        assert!((drawn.p - 0.2632).abs() < 0.015, "{drawn:?}");
        assert_eq!(SignFlip::of(&differences), Some(drawn));
    }

    #[test]
    fn a_bound_of_p_is_rounded_up() {
        let bound = |p| p_words(p, true);
        assert_eq!(
            [0.0304, 0.03, 0.0309, 0.0301, 0.001].map(bound),
            ["0.031", "0.030", "0.031", "0.031", "0.001"].map(|p| format!("p ≤ {p}"))
        );
        assert_eq!(bound(0.00099), "p < 0.001");
        // Every thousandth stays what it is.
        for thousandth in 1..=1000 {
            let p = f64::from(thousandth) / 1000.0;
            assert_eq!(bound(p), format!("p ≤ {p:.3}"));
        }
    }

    #[test]
    fn a_p_is_written_as_on_the_page() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("../../tests/written.json")).unwrap();
        for case in cases["p"].as_array().unwrap() {
            let (p, text) = (case[0].as_f64().unwrap(), case[1].as_str().unwrap());
            let relation = if text.starts_with('<') { "" } else { "= " };
            assert_eq!(p_words(p, false), format!("p {relation}{text}"));
        }
    }

    #[test]
    fn holm_by_hand() {
        assert_eq!(holm(&[]), [0.0; 0]);
        assert_eq!(holm(&[0.03]), [0.03]);
        // 3 * 0.01, then 2 * 0.02, then 0.03 itself, which must not fall below the one before.
        assert_eq!(holm(&[0.03, 0.01, 0.02]), [0.04, 0.03, 0.04]);
        assert_eq!(holm(&[0.5, 0.6]), [1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn a_test_does_not_mind_order_sign_or_scale(mut differences in prop::collection::vec(-9i32..=9, 1..10), scale in 1i32..9) {
            let p = |differences: &[i32]| {
                let differences: Vec<f64> = differences.iter().map(|&difference| f64::from(difference * scale)).collect();
                SignFlip::of(&differences).unwrap().p
            };
            let expected = p(&differences);
            // A share of all flips, the one at hand and its opposite among them.
            prop_assert!(expected >= SignFlip::smallest_p(differences.len()) && expected <= 1.0);
            differences.reverse();
            prop_assert_eq!(p(&differences), expected);
            let flipped: Vec<i32> = differences.iter().map(|difference| -difference).collect();
            prop_assert_eq!(p(&flipped), expected);
        }

        /// If nothing differs, p is at most alpha in at most a share alpha of all flips: what makes it a test.
        #[test]
        fn a_test_is_wrong_as_seldom_as_it_says(sizes in prop::collection::vec(1u32..1000, 1..8), alpha in 0.01..0.9f64) {
            let all = 1u32 << sizes.len();
            let wrong = (0..all).filter(|flip| {
                let signed = |(place, &size): (usize, &u32)| if flip >> place & 1 == 1 { -f64::from(size) } else { size.into() };
                let differences: Vec<f64> = sizes.iter().enumerate().map(signed).collect();
                SignFlip::of(&differences).unwrap().p <= alpha
            });
            prop_assert!(wrong.count() as f64 <= alpha * f64::from(all));
        }

        #[test]
        fn holm_is_as_its_definition(p in prop::collection::vec(0.0..1.0f64, 1..12)) {
            // Stepwise: the k-th smallest is rejected if it and all before lie at or below alpha / (n - k).
            let corrected = holm(&p);
            let mut sorted = p.clone();
            sorted.sort_by(f64::total_cmp);
            for &alpha in &[0.01, 0.05, 0.2] {
                let steps = sorted.iter().enumerate();
                let rejected = steps.take_while(|&(rank, &value)| value * (p.len() - rank) as f64 <= alpha).count();
                prop_assert_eq!(corrected.iter().filter(|&&value| value <= alpha).count(), rejected);
            }
        }
    }
}
