//! How well numbers agree: metrics with human ratings, or with damage done to texts.

use crate::sampling::Random;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 1000;
/// Resamples if an end of the interval is so near 0 that with fewer it could lie on either side by chance.
const MORE_RESAMPLES: usize = 20_000;
/// How near that is, as a share of the interval. With 1,000 resamples of a mean, an end has a standard error of 2.2% of the interval; with
/// 20,000, 0.5%.
const NEAR: f64 = 0.1;
/// Share of the resamples within the interval.
const CONFIDENCE: f64 = 0.95;

/// Ranks from 0; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    for group in order.chunk_by(|&one, &other| values[one] == values[other]) {
        // Groups follow one another in the order.
        let start = order.partition_point(|&index| values[index] < values[group[0]]);
        for &index in group {
            ranks[index] = start as f64 + (group.len() - 1) as f64 / 2.0;
        }
    }
    ranks
}

/// Pearson's correlation. None if one side does not vary.
fn pearson(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let count = xs.len() as f64;
    let (x_mean, y_mean) = (xs.iter().sum::<f64>() / count, ys.iter().sum::<f64>() / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in xs.iter().zip(ys) {
        let (x, y) = (x - x_mean, y - y_mean);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// Spearman's rank correlation, -1 to 1. None if one side does not vary.
pub fn spearman(xs: &[f64], ys: &[f64]) -> Option<f64> {
    pearson(&ranks(xs), &ranks(ys))
}

/// Spearman's rank correlation of two numbers, controlling for a third, -1 to 1 (first-order partial correlation of ranks).
/// None if one side is determined by the third.
pub fn partial_spearman(xs: &[f64], ys: &[f64], fixed: &[f64]) -> Option<f64> {
    let (xy, xz, yz) = (spearman(xs, ys)?, spearman(xs, fixed)?, spearman(ys, fixed)?);
    let rest = (1.0 - xz * xz) * (1.0 - yz * yz);
    (rest > 1e-9).then(|| (xy - xz * yz) / rest.sqrt())
}

/// The probability that a number of the first list is larger than one of the second, where equal ones count half: the area under the
/// receiver operating characteristic, 0 to 1. None if a list is empty.
pub fn area_under_curve(larger: &[f64], smaller: &[f64]) -> Option<f64> {
    let (n, m) = (larger.len() as f64, smaller.len() as f64);
    let ranks = ranks(&[larger, smaller].concat());
    let sum: f64 = ranks[..larger.len()].iter().sum();
    (n > 0.0 && m > 0.0).then(|| (sum - n * (n - 1.0) / 2.0) / (n * m))
}

/// The percentile bootstrap (Efron 1979): a 95% interval of a statistic over `count` items, from 1,000 samples of them with
/// replacement. If an end is near 0, so that its side matters, 20,000 samples are used, which include the same 1,000.
/// The samples are the same on every machine. None if the statistic has no value for too many of them.
pub fn bootstrap(count: usize, statistic: impl Fn(&[usize]) -> Option<f64>) -> Option<(f64, f64)> {
    if count == 0 {
        return None;
    }
    let mut random = Random::new(1979);
    let mut sample = vec![0; count];
    let mut resample = || {
        sample.fill_with(|| (random.uniform() * count as f64) as usize);
        statistic(&sample)
    };
    let mut values: Vec<f64> = (0..RESAMPLES).filter_map(|_| resample()).collect();
    if values.len() < RESAMPLES / 2 {
        return None;
    }
    let (from, to) = ends(&mut values);
    if from.abs().min(to.abs()) > NEAR * (to - from) || from == to {
        return Some((from, to));
    }
    values.extend((RESAMPLES..MORE_RESAMPLES).filter_map(|_| resample()));
    Some(ends(&mut values))
}

/// The ends of the middle part of some values, which holds the share [`CONFIDENCE`] of them. Sorts them.
fn ends(values: &mut [f64]) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share + 0.5) as usize];
    (at((1.0 - CONFIDENCE) / 2.0), at((1.0 + CONFIDENCE) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_by_hand() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        assert_eq!(spearman(&[1.0, 2.0, 9.0], &[-1.0, 0.0, 5.0]), Some(1.0));
        assert_eq!(spearman(&[1.0, 2.0, 9.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        // Ranks 0 1 2 3 against 1 0 3 2: 1 - 6 * 4 / (4 * 15).
        assert!((spearman(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 4.0, 3.0]).unwrap() - 0.6).abs() < 1e-12);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[], &[]), None);
    }

    #[test]
    fn partial_correlations_by_hand() {
        let (x, y, z) = ([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 4.0, 3.0], [1.0, 3.0, 2.0, 4.0]);
        // Correlations 0.6, 0.8 and 0.0.
        let (xy, xz, yz) = (0.6, 0.8, spearman(&y, &z).unwrap());
        let expected = (xy - xz * yz) / ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
        assert!((partial_spearman(&x, &y, &z).unwrap() - expected).abs() < 1e-12);
        assert_eq!(partial_spearman(&x, &y, &x), None);
    }

    #[test]
    fn area_by_hand() {
        assert_eq!(area_under_curve(&[3.0, 4.0], &[1.0, 2.0]), Some(1.0));
        assert_eq!(area_under_curve(&[1.0, 4.0], &[2.0, 4.0]), Some((0.0 + 0.0 + 1.0 + 0.5) / 4.0));
        assert_eq!(area_under_curve(&[], &[2.0]), None);
    }

    #[test]
    fn an_interval_holds_its_mean_and_narrows() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let mean = |sample: &[usize]| Some(sample.iter().map(|&at| values[at]).sum::<f64>() / sample.len() as f64);
        let (from, to) = bootstrap(100, mean).unwrap();
        // 49.5, and 1.96 standard errors of 2.89 on each side.
        assert!((from - 43.8).abs() < 1.0 && (to - 55.2).abs() < 1.0, "{from} to {to}");
        assert_eq!(bootstrap(100, mean), Some((from, to)));
        let (few_from, few_to) = bootstrap(10, mean).unwrap();
        assert!(few_to - few_from < to - from, "ten values of 0 to 9 vary less");
        assert_eq!(bootstrap(0, mean), None);
        assert_eq!(bootstrap(5, |_| None), None);
    }

    /// Means whose interval truly ends next to 0: with few resamples, the side is chance.
    #[test]
    fn an_end_near_zero_is_where_many_resamples_place_it() {
        let end = |shift: f64, resamples: usize, seed: u64| {
            let values: Vec<f64> = (0..24).map(|index| f64::from(index * 7 % 24) - 11.5 + shift).collect();
            let mut random = Random::new(seed);
            let mean = |_| (0..24).map(|_| values[(random.uniform() * 24.0) as usize]).sum::<f64>() / 24.0;
            ends(&mut (0..resamples).map(mean).collect::<Vec<f64>>()).0
        };
        // The lower end of these means, and how far from it many others lie.
        let shift = -end(0.0, 200_000, 1);
        let values: Vec<f64> = (0..24).map(|index| f64::from(index * 7 % 24) - 11.5 + shift).collect();
        let asked = std::cell::Cell::new(0);
        let mean = |sample: &[usize]| {
            asked.set(asked.get() + 1);
            Some(sample.iter().map(|&at| values[at]).sum::<f64>() / sample.len() as f64)
        };
        let (from, to) = bootstrap(24, mean).unwrap();
        assert_eq!(asked.take(), MORE_RESAMPLES);
        assert!(from.abs() < 0.02 * (to - from), "{from} to {to}");
        let spread = |resamples| (2..12).map(|seed| end(shift, resamples, seed).abs()).fold(0.0, f64::max);
        assert!(spread(MORE_RESAMPLES) < 0.02 * (to - from) && spread(RESAMPLES) > 0.02 * (to - from));
        // Far from 0, few are enough, and also if nothing varies.
        let far = |sample: &[usize]| mean(sample).map(|mean| mean + 100.0);
        bootstrap(24, far).unwrap();
        assert_eq!(asked.take(), RESAMPLES);
        assert_eq!(bootstrap(24, |_| Some(0.0)), Some((0.0, 0.0)));
    }
}
