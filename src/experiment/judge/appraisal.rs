//! The score that drafts are ranked by: a weighted mean of coherence, novelty and relevance.

use super::Bench;
use crate::reading::Scores;
use serde::{Deserialize, Serialize};

/// A part of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeCriterion"))]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// How near 0 the dial stands, which is as people write: 1 there, and half as much with each step away from it, on either side.
    Coherence,
    /// The share of people's passages with fewer new word triples.
    Novelty,
    /// The share of human passages that depend less on their prompt, in bits per token.
    Relevance,
}

impl Criterion {
    /// All, in the order in which a score adds them up.
    pub const ALL: [Self; 3] = [Self::Coherence, Self::Novelty, Self::Relevance];

    /// Its name in weights, records and words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coherence => "coherence",
            Self::Novelty => "novelty",
            Self::Relevance => "relevance",
        }
    }
}

/// How much each criterion counts, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeWeights"))]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub coherence: f64,
    pub novelty: f64,
    pub relevance: f64,
}

/// Why weights cannot be used.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum WeightsError {
    #[error("{0:?} is not a weight; write coherence=NUMBER, novelty=NUMBER or relevance=NUMBER, separated by commas")]
    Unknown(String),
    #[error("the weight of {0} is given twice")]
    Twice(&'static str),
    #[error("the weight of {name} must be a number from 0 to 1, not {value}")]
    Range { name: &'static str, value: f64 },
    #[error("at least one weight must be above 0")]
    AllZero,
    #[error("no part of the score can be computed: {0}")]
    NothingLeft(String),
}

impl Default for Weights {
    fn default() -> Self {
        Self { coherence: 1.0, novelty: 1.0, relevance: 1.0 }
    }
}

impl Weights {
    /// Reads `coherence=1,novelty=0.5`; parts that are not named count 0.
    pub fn parse(text: &str) -> Result<Self, WeightsError> {
        let mut found: [Option<f64>; 3] = [None; 3];
        for piece in text.split(',') {
            let wrong = || WeightsError::Unknown(piece.into());
            let (name, value) = piece.split_once('=').ok_or_else(wrong)?;
            let place = Criterion::ALL.iter().position(|each| each.name() == name.trim()).ok_or_else(wrong)?;
            let value = value.trim().parse().map_err(|_| wrong())?;
            if found[place].replace(value).is_some() {
                return Err(WeightsError::Twice(Criterion::ALL[place].name()));
            }
        }
        let [coherence, novelty, relevance] = found.map(Option::unwrap_or_default);
        let weights = Self { coherence, novelty, relevance };
        weights.check().map(|()| weights)
    }

    /// The weight of a criterion.
    pub fn of(&self, criterion: Criterion) -> f64 {
        match criterion {
            Criterion::Coherence => self.coherence,
            Criterion::Novelty => self.novelty,
            Criterion::Relevance => self.relevance,
        }
    }

    /// Each from 0 to 1, and not all 0.
    pub fn check(&self) -> Result<(), WeightsError> {
        for criterion in Criterion::ALL {
            let value = self.of(criterion);
            if !(0.0..=1.0).contains(&value) {
                return Err(WeightsError::Range { name: criterion.name(), value });
            }
        }
        let all: f64 = Criterion::ALL.iter().map(|&each| self.of(each)).sum();
        if all > 0.0 { Ok(()) } else { Err(WeightsError::AllZero) }
    }
}

/// A criterion that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeLeftOut"))]
pub struct LeftOut {
    pub criterion: Criterion,
    /// What is missing, in words.
    pub reason: String,
}

/// The score's formula for stories of one prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// In the order of [`Criterion::ALL`]: shares of the score, which add up to 1; none if the criterion is left out.
    shares: [Option<f64>; 3],
    left_out: Vec<LeftOut>,
}

impl Standard {
    /// Leaves out criteria that cannot be computed, so that the others weigh more. `prompted`: whether there is a prompt to be
    /// relevant to.
    pub fn new(weights: &Weights, bench: &Bench, prompted: bool) -> Result<Self, WeightsError> {
        weights.check()?;
        let measured = |name: &str| bench.reference.quantiles.contains_key(name);
        let missing = Criterion::ALL.map(|criterion| match criterion {
            Criterion::Coherence if !measured("slor_per_word_bits") => Some("the reference has no SLOR per word"),
            Criterion::Novelty if bench.library.is_none() => Some("novelty needs a library"),
            Criterion::Novelty if !measured("new_ngrams_3") => Some("the reference has no new word triples"),
            Criterion::Relevance if !prompted => Some("relevance needs a prompt"),
            Criterion::Relevance if bench.model.begin_token.is_none() => Some("the model has no token to begin with"),
            Criterion::Relevance if !measured("relevance_bits") => Some("the reference has no relevance"),
            _ => None,
        });
        let left_out: Vec<LeftOut> = Criterion::ALL
            .iter()
            .zip(missing)
            .filter_map(|(&criterion, reason)| Some(LeftOut { criterion, reason: reason?.into() }))
            .collect();
        let left = |index: usize| missing[index].is_none();
        let total: f64 = (0..3).filter(|&index| left(index)).map(|index| weights.of(Criterion::ALL[index])).sum();
        if total == 0.0 {
            let reasons: Vec<&str> = left_out.iter().map(|each| each.reason.as_str()).collect();
            return Err(WeightsError::NothingLeft(reasons.join(", and ")));
        }
        let shares = [0, 1, 2].map(|index| left(index).then(|| weights.of(Criterion::ALL[index]) / total));
        Ok(Self { shares, left_out })
    }

    /// What is left out, and why.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Judges a story by its numbers.
    pub fn appraise(&self, bench: &Bench, scores: &Scores) -> Appraisal {
        let headlines = scores.headlines.unwrap_or_default();
        let relevance = scores.second.relevance_bits;
        let tokens = scores.metrics.tokens;
        let place = |name, value: Option<f64>| bench.reference.percentile(name, tokens, value?);
        let found = [
            headlines.coherence.map(|steps| libm::exp2(-steps.abs())),
            place("new_ngrams_3", headlines.novelty),
            place("relevance_bits", relevance),
        ];
        self.weigh(found)
    }

    /// The score of three parts, each from 0 to 1 or unknown.
    fn weigh(&self, found: [Option<f64>; 3]) -> Appraisal {
        let mut appraisal = Appraisal::default();
        let mut parts = [None; 3];
        for (index, share) in self.shares.iter().enumerate() {
            let Some(share) = share else { continue };
            // A text too short to be measured must not gain from that.
            let part = found[index].unwrap_or(0.0);
            parts[index] = Some(part);
            appraisal.score += share * part;
            if found[index].is_none() {
                appraisal.too_short.push(Criterion::ALL[index]);
            }
        }
        [appraisal.coherence, appraisal.novelty, appraisal.relevance] = parts;
        appraisal
    }
}

/// A story's score, and what it is made of. Formula, sources and blind spots: docs/methods.md, The judge's score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "JudgeAppraisal"))]
pub struct Appraisal {
    /// The weighted mean of the parts, 0 to 1.
    pub score: f64,
    /// 0 to 1; none if it is left out. See [`Criterion`].
    pub coherence: Option<f64>,
    pub novelty: Option<f64>,
    pub relevance: Option<f64>,
    /// Criteria that the text was too short for; they count 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub too_short: Vec<Criterion>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Headlines, Metrics, Reference};
    use crate::model::{ModelInfo, Shape, Tokenizer};

    #[test]
    fn weights_are_read_and_checked() {
        let weights = |coherence, novelty, relevance| Weights { coherence, novelty, relevance };
        assert_eq!(Weights::parse("coherence=1, novelty=0.5"), Ok(weights(1.0, 0.5, 0.0)));
        assert_eq!(Weights::parse("relevance=1,coherence=0,novelty=1"), Ok(weights(0.0, 1.0, 1.0)));
        assert_eq!(Weights::parse("novelty=1,novelty=1"), Err(WeightsError::Twice("novelty")));
        assert_eq!(Weights::parse("novelty=0"), Err(WeightsError::AllZero));
        assert!(matches!(Weights::parse("novelty=1.5"), Err(WeightsError::Range { name: "novelty", .. })));
        assert!(matches!(Weights::parse("coherence=nan"), Err(WeightsError::Range { .. })));
        for text in ["", "wit=1", "novelty", "novelty=", "novelty=much"] {
            assert!(matches!(Weights::parse(text), Err(WeightsError::Unknown(_))), "{text}");
        }
    }

    fn with_bench(test: impl FnOnce(&Bench)) {
        let json = br#"{"model": "m@1", "source": "s", "lengths": [32], "passages": [9], "token_counts": [1],
            "rarity": {"total": 1, "counts": {}}, "quantiles": {"slor_per_word_bits": [[0, 40]],
            "new_ngrams_3": [[0, 2]], "relevance_bits": [[0, 1, 2]]}}"#;
        let reference = Reference::read(json).unwrap();
        let mut file = 1u32.to_le_bytes().to_vec();
        for piece in ["<unk>", "<s>", "</s>", "a"] {
            file.extend(0f32.to_le_bytes());
            file.extend((piece.len() as i32).to_le_bytes());
            file.extend(piece.as_bytes());
        }
        let tokenizer = Tokenizer::new(&file).unwrap();
        let shape = Shape {
            width: 2,
            hidden: 1,
            layers: 1,
            heads: 1,
            key_heads: 1,
            head: 2,
            vocabulary: 4,
            context: 8,
            epsilon: 1e-5,
            rotary_base: 1e4,
        };
        let (name, hash8) = ("m".into(), "1".into());
        let model = ModelInfo { name, hash8, shape, parameters: 0, begin_token: Some(1), end_token: Some(1) };
        test(&Bench { tokenizer: &tokenizer, model: &model, reference: &reference, library: None });
    }

    #[test]
    fn a_score_by_hand() {
        with_bench(|bench| {
            let mut scores = Scores { metrics: Metrics { tokens: 32, ..Metrics::default() }, ..Scores::default() };
            scores.headlines = Some(Headlines { coherence: Some(1.0), ..Headlines::default() });
            scores.second.relevance_bits = Some(1.5);
            let weights = Weights { coherence: 1.0, novelty: 1.0, relevance: 0.25 };
            let standard = Standard::new(&weights, bench, true).unwrap();
            // Without a library the other two share: 1 / 1.25 and 0.25 / 1.25.
            let appraisal = standard.appraise(bench, &scores);
            assert!((appraisal.score - (0.8 * 0.5 + 0.2 * 0.75)).abs() < 1e-12);
            assert_eq!((appraisal.coherence, appraisal.novelty), (Some(0.5), None));
            assert_eq!(appraisal.relevance, Some(0.75), "between the middle and the last of three");
            assert_eq!(standard.left_out().len(), 1);
            assert_eq!(standard.left_out()[0].criterion, Criterion::Novelty);

            scores.headlines = Some(Headlines { coherence: Some(-3.0), ..Headlines::default() });
            scores.second.relevance_bits = None;
            let appraisal = standard.appraise(bench, &scores);
            assert_eq!(
                (appraisal.score, appraisal.coherence, appraisal.relevance),
                (0.8 * 0.125, Some(0.125), Some(0.0))
            );
            scores.headlines = Some(Headlines { coherence: Some(0.0), ..Headlines::default() });
            assert_eq!(standard.appraise(bench, &scores).coherence, Some(1.0), "as people write");
            scores.headlines = Some(Headlines { coherence: Some(3.0), ..Headlines::default() });
            assert_eq!(standard.appraise(bench, &scores).coherence, Some(0.125), "safer than people write");
            assert_eq!(appraisal.too_short, [Criterion::Relevance]);
        });
    }

    #[test]
    fn what_there_are_no_means_for_is_left_out() {
        with_bench(|bench| {
            let reasons = |weights: &str, prompted| {
                let standard = Standard::new(&Weights::parse(weights).unwrap(), bench, prompted);
                standard.map(|it| it.left_out().iter().map(|each| each.criterion).collect::<Vec<_>>())
            };
            assert_eq!(reasons("coherence=1", true), Ok(vec![Criterion::Novelty]));
            assert_eq!(reasons("coherence=1", false), Ok(vec![Criterion::Novelty, Criterion::Relevance]));
            let error = reasons("novelty=1,relevance=1", false).unwrap_err();
            assert!(
                error.to_string().contains("needs a library") && error.to_string().contains("needs a prompt"),
                "{error}"
            );
        });
    }
}
