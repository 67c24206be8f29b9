//! The numbers of held-out human passages, with which a text's numbers are compared.

use super::headline::LOWER_RANGE;
use super::{Rarity, Unigrams};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a reference cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    #[error("this is not a reference file of Fabula: {0}")]
    Format(#[from] serde_json::Error),
    #[error("the reference file is damaged: {0}")]
    Damaged(&'static str),
    #[error("the reference was measured with {reference}, not with {model}; measure it again with `fabula reference`")]
    OtherModel { reference: String, model: String },
}

/// The numbers of human passages that the model was not trained on, as `fabula reference` writes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The model that measured them: `NAME@HASH8`.
    pub model: String,
    /// A description of the passages, which is shown.
    pub source: String,
    /// Lengths of the passages in tokens, ascending.
    pub lengths: Vec<usize>,
    /// Number of passages of each length.
    pub passages: Vec<usize>,
    /// By metric and length: the quantiles at equal steps from the smallest value to the largest.
    pub quantiles: BTreeMap<String, Vec<Vec<f64>>>,
    /// How often each token occurs in the training texts.
    pub token_counts: Unigrams,
    /// The information of a word, by its frequency in the library.
    pub rarity: Rarity,
}

impl Reference {
    /// Reads the file's JSON.
    pub fn read(json: &[u8]) -> Result<Self, ReferenceError> {
        let reference: Self = serde_json::from_slice(crate::model::without_mark(json))?;
        let lengths = &reference.lengths;
        if lengths.is_empty() || !lengths.is_sorted_by(|a, b| a < b) || lengths[0] == 0 {
            return Err(ReferenceError::Damaged("its lengths are not in ascending order"));
        }
        for bands in reference.quantiles.values() {
            let good =
                |band: &Vec<f64>| band.len() > 1 && band.is_sorted() && band.iter().all(|value| value.is_finite());
            if bands.len() != lengths.len() || !bands.iter().all(good) {
                return Err(ReferenceError::Damaged("its quantiles are not in ascending order"));
            }
        }
        if !reference.rarity.is_sound() {
            return Err(ReferenceError::Damaged("its word counts are inconsistent"));
        }
        Ok(reference)
    }

    /// Checks that it was measured with this model: `NAME@HASH8`, and the size of its vocabulary.
    pub fn check_fits(&self, model: &str, vocabulary: usize) -> Result<(), ReferenceError> {
        if self.model == model && self.token_counts.vocabulary() == vocabulary {
            return Ok(());
        }
        Err(ReferenceError::OtherModel { reference: self.model.clone(), model: model.into() })
    }

    /// The share of human passages of this length (in tokens) with a lower number, 0 to 1. Equal numbers count half.
    /// Between two measured lengths, it is interpolated over the logarithm of the length; outside them, the nearest length is used.
    /// None for a metric that is not in the reference.
    pub fn percentile(&self, metric: &str, tokens: usize, value: f64) -> Option<f64> {
        self.at_length(metric, tokens, |band| share_below(band, rounded(value)))
    }

    /// The number below which this share of human passages of this length lies.
    pub fn quantile(&self, metric: &str, tokens: usize, share: f64) -> Option<f64> {
        self.at_length(metric, tokens, |band| {
            let place = share.clamp(0.0, 1.0) * (band.len() - 1) as f64;
            let below = place as usize;
            let above = (below + 1).min(band.len() - 1);
            band[below] + (band[above] - band[below]) * (place - below as f64)
        })
    }

    /// By metric: both ends of the human range ([`LOWER_RANGE`] of passages lie below it, and as many above).
    pub fn bands(&self, tokens: usize) -> BTreeMap<String, (f64, f64)> {
        let band = |name: &String| {
            let ends = [LOWER_RANGE, 1.0 - LOWER_RANGE].map(|share| self.quantile(name, tokens, share));
            Some((name.clone(), ends[0].zip(ends[1])?))
        };
        self.quantiles.keys().filter_map(band).collect()
    }

    fn at_length(&self, metric: &str, tokens: usize, number: impl Fn(&[f64]) -> f64) -> Option<f64> {
        let bands = self.quantiles.get(metric)?;
        let above = self.lengths.partition_point(|&length| length < tokens);
        let at = |index: usize| number(&bands[index]);
        if above == 0 {
            return Some(at(0));
        }
        let Some(&length) = self.lengths.get(above) else { return Some(at(above - 1)) };
        let log = |length: usize| libm::log2(length as f64);
        let below = self.lengths[above - 1];
        let weight = (log(tokens) - log(below)) / (log(length) - log(below));
        Some(at(above - 1) * (1.0 - weight) + at(above) * weight)
    }
}

/// Rounds to the precision that a quantile of some hundred passages can have, which keeps the file small. Numbers are rounded in the same
/// way before they are compared with quantiles, so that equal ones stay equal.
fn rounded(value: f64) -> f64 {
    libm::round(value * 1e5) / 1e5
}

/// Quantiles at `steps` equal steps, from the smallest value to the largest. `values` must not be empty.
pub fn quantiles(mut values: Vec<f64>, steps: usize) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    (0..=steps)
        .map(|step| {
            let place = last as f64 * step as f64 / steps as f64;
            let below = place as usize;
            let above = (below + 1).min(last);
            rounded(values[below] + (values[above] - values[below]) * (place - below as f64))
        })
        .collect()
}

/// The share of a distribution below a value, from its quantiles: interpolated between two of them; the middle of equal ones.
fn share_below(quantiles: &[f64], value: f64) -> f64 {
    let steps = (quantiles.len() - 1) as f64;
    let below = quantiles.partition_point(|&quantile| quantile < value);
    let to = quantiles.partition_point(|&quantile| quantile <= value);
    if to > below {
        return (below + to - 1) as f64 / 2.0 / steps;
    }
    if below == 0 {
        return 0.0;
    }
    let Some(&next) = quantiles.get(below) else { return 1.0 };
    let last = quantiles[below - 1];
    ((below - 1) as f64 + (value - last) / (next - last)) / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> Reference {
        let json = br#"{"model": "m@1", "source": "s", "lengths": [32, 128], "passages": [9, 9], "token_counts": [3, 1], "rarity": {"total": 1, "counts": {}},
            "quantiles": {"x": [[0, 1, 2], [0, 10, 20]], "flat": [[0, 0, 1], [0, 0, 0]]}}"#;
        Reference::read(json).unwrap()
    }

    #[test]
    fn percentiles_by_hand() {
        let reference = reference();
        assert_eq!(reference.percentile("x", 32, 0.5), Some(0.25));
        assert_eq!(reference.percentile("x", 5, 1.0), Some(0.5));
        assert_eq!(reference.percentile("x", 1000, 15.0), Some(0.75));
        assert_eq!(reference.percentile("x", 32, -1.0), Some(0.0));
        assert_eq!(reference.percentile("x", 32, 9.0), Some(1.0));
        // 64 lies in the middle between 32 and 128.
        assert_eq!(reference.percentile("x", 64, 2.0), Some(0.5 * 1.0 + 0.5 * 0.1));
        assert_eq!(reference.percentile("flat", 32, 0.0), Some(0.25));
        assert_eq!(reference.percentile("flat", 128, 0.0), Some(0.5));
        assert_eq!(reference.percentile("y", 32, 0.0), None);
        assert_eq!(reference.quantile("x", 32, 0.25), Some(0.5));
        assert_eq!(reference.quantile("x", 64, 1.0), Some(11.0));
        assert_eq!(reference.quantile("y", 32, 0.0), None);
        assert_eq!(reference.bands(128)["x"], (2.0, 18.0));
    }

    #[test]
    fn quantiles_by_hand() {
        assert_eq!(quantiles(vec![4.0, 0.0, 2.0], 4), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(quantiles(vec![7.0], 2), [7.0, 7.0, 7.0]);
    }

    #[test]
    fn damaged_references_are_refused() {
        assert!(matches!(Reference::read(b"{}"), Err(ReferenceError::Format(_))));
        let json = serde_json::to_string(&reference()).unwrap();
        for (from, to) in [("[32,128]", "[128,32]"), ("[0.0,1.0,2.0]", "[0.0,3.0,2.0]"), ("[[0.0,0.0,1.0],", "[")] {
            assert!(json.contains(from), "{json}");
            assert!(matches!(Reference::read(json.replace(from, to).as_bytes()), Err(ReferenceError::Damaged(_))));
        }
    }
}
