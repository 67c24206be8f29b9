//! The few main numbers, each compared with human passages of the same length.

use super::{Metrics, Reference};
use serde::{Deserialize, Serialize};

/// The lower end of the human range: this share of human passages lies below it.
pub const LOWER_RANGE: f64 = 0.1;

/// The numbers that are shown first. The metric behind each was chosen by its agreement with human ratings: docs/methods.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Headlines {
    /// SLOR per word as a share of its value at the lower end of the human range ([`LOWER_RANGE`]). 0 if the context explains nothing, as
    /// in a random list of words. 1 within the human range and never more, because text likelier than human text is not more coherent.
    /// Below 0 if the context misleads.
    pub coherence: Option<f64>,
    /// The share of human passages with fewer new word triples, 0 to 1. None without a library.
    pub novelty: Option<f64>,
    /// The share of human passages with less entropy per word, 0 to 1.
    pub surprise: Option<f64>,
    /// Novel and coherent: the smaller of coherence and novelty, where novelty is the share of new triples relative to the lower end of
    /// the human range. At most 1, which is the creative region. None without a library.
    pub creative_region: Option<f64>,
}

impl Headlines {
    /// The headlines that need no library.
    pub fn new(metrics: &Metrics, reference: &Reference) -> Self {
        let name = "entropy_per_word_bits";
        Self {
            coherence: of_range("slor_per_word_bits", metrics.tokens, metrics.slor_per_word_bits, reference),
            surprise: metrics.entropy_per_word_bits.and_then(|bits| reference.percentile(name, metrics.tokens, bits)),
            ..Self::default()
        }
    }

    /// Adds those that need the library. `new_triples`: the share of word triples that are not in it. `tokens`: length of the text.
    pub fn with_library(self, new_triples: Option<f64>, tokens: usize, reference: &Reference) -> Self {
        let novel = of_range(NOVELTY, tokens, new_triples, reference);
        Self {
            novelty: new_triples.and_then(|share| reference.percentile(NOVELTY, tokens, share)),
            creative_region: self.coherence.zip(novel).map(|(coherence, novel)| coherence.min(novel)),
            ..self
        }
    }
}

/// The metric behind the novelty headline: see [`crate::library::new_share`].
const NOVELTY: &str = "new_ngrams_3";

/// A number as a share of the lower end of the human range, at most 1.
fn of_range(name: &str, tokens: usize, value: Option<f64>, reference: &Reference) -> Option<f64> {
    let begins = reference.quantile(name, tokens, LOWER_RANGE).filter(|&begins| begins > 0.0)?;
    Some((value? / begins).min(1.0))
}

#[test]
fn headlines_by_hand() {
    let json = br#"{"model": "m@1", "source": "s", "lengths": [32], "passages": [9], "token_counts": [1],
        "rarity": {"total": 1, "counts": {}}, "quantiles": {"slor_per_word_bits": [[0, 40]],
        "new_ngrams_3": [[0, 2]], "entropy_per_word_bits": [[0, 1, 2, 3, 4]]}}"#;
    let reference = Reference::read(json).unwrap();
    let metrics = |slor, entropy| Metrics {
        tokens: 40,
        slor_per_word_bits: Some(slor),
        entropy_per_word_bits: Some(entropy),
        ..Metrics::default()
    };
    let headlines = Headlines::new(&metrics(3.0, 2.5), &reference).with_library(Some(0.6), 40, &reference);
    assert_eq!(headlines.coherence, Some(0.75));
    assert_eq!(headlines.novelty, Some(0.3));
    assert_eq!(headlines.surprise, Some(0.625));
    assert_eq!(headlines.creative_region, Some(0.75), "novel enough, not coherent enough");
    let headlines = Headlines::new(&metrics(9.0, 9.0), &reference).with_library(Some(0.1), 40, &reference);
    assert_eq!((headlines.coherence, headlines.surprise), (Some(1.0), Some(1.0)));
    assert_eq!(headlines.creative_region, Some(0.5), "coherent, but half of it is copied");
    assert_eq!(Headlines::new(&metrics(-2.0, 0.0), &reference).coherence, Some(-0.5));
    assert_eq!(Headlines::new(&metrics(9.0, 9.0), &reference).creative_region, None);
}
