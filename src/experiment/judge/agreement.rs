//! How well a reader's own ratings agree with the score.

use crate::statistics::{bootstrap, spearman};
use serde::Serialize;

/// Fewest ratings for a comparison.
pub const LEAST_RATINGS: usize = 10;

/// Ratings and scores of the same stories, compared by rank.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeAgreement"))]
pub struct RankAgreement {
    pub stories: usize,
    /// Spearman's rank correlation, -1 to 1; none if all ratings or all scores are the same.
    pub spearman: Option<f64>,
    /// Its 95% bootstrap interval.
    pub interval: Option<(f64, f64)>,
    /// The result in words.
    pub finding: String,
}

/// There is too little to compare.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} rated stories are too few to compare; rate at least {LEAST_RATINGS}")]
pub struct TooFewRatings {
    pub count: usize,
}

/// Compares pairs of a reader's rating (1 to 5) and a score.
pub fn rank_agreement(pairs: &[(f64, f64)]) -> Result<RankAgreement, TooFewRatings> {
    if pairs.len() < LEAST_RATINGS {
        return Err(TooFewRatings { count: pairs.len() });
    }
    let of = |sample: &mut dyn Iterator<Item = usize>| {
        let (ratings, scores): (Vec<f64>, Vec<f64>) = sample.map(|at| pairs[at]).unzip();
        spearman(&ratings, &scores)
    };
    let spearman = of(&mut (0..pairs.len()));
    let interval = spearman.and_then(|_| bootstrap(pairs.len(), |sample| of(&mut sample.iter().copied())));
    let stories = pairs.len();
    let finding = match (spearman, interval) {
        (None, _) => format!("All {stories} ratings, or all scores, are the same: there is no order to compare."),
        (Some(rho), None) => format!("Over {stories} stories: Spearman {rho:+.2}; too uneven for an interval."),
        (Some(rho), Some((from, to))) => {
            let words = match () {
                () if from > 0.0 => "The score ranks your stories somewhat as you do",
                () if to < 0.0 => "The score ranks your stories against your own ratings",
                () => "Your ratings and the score may have nothing to do with each other",
            };
            format!("{words}: Spearman {rho:+.2} (95% interval {from:+.2} to {to:+.2}) over {stories} stories.")
        }
    };
    Ok(RankAgreement { stories, spearman, interval, finding })
}

#[test]
fn agreement_by_hand() {
    assert_eq!(rank_agreement(&[(1.0, 0.5); 9]), Err(TooFewRatings { count: 9 }));
    let pairs = |score: fn(usize) -> f64| {
        let pairs: Vec<(f64, f64)> = (0..20).map(|index| ((index / 4 + 1) as f64, score(index))).collect();
        rank_agreement(&pairs).unwrap()
    };
    let alike = pairs(|index| index as f64 / 20.0);
    assert!(alike.spearman > Some(0.95) && alike.interval.unwrap().0 > 0.9);
    assert!(alike.finding.starts_with("The score ranks your stories somewhat as you do"), "{}", alike.finding);
    let against = pairs(|index| -(index as f64));
    assert!(against.finding.contains("against your own"), "{}", against.finding);
    let unrelated = pairs(|index| (index % 4) as f64);
    assert!(unrelated.spearman.unwrap().abs() < 1e-12);
    assert!(unrelated.finding.contains("nothing to do"), "{}", unrelated.finding);
    let same = pairs(|_| 0.5);
    assert_eq!((same.spearman, same.interval), (None, None));
}
