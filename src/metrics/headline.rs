//! The three dials, and the creative region that stands on two of them. docs/methods.md says how they were chosen.

use super::{Metrics, Reference};
use serde::{Deserialize, Serialize};

/// The lower end of the human range: this share of human passages lies below it.
pub const LOWER_RANGE: f64 = 0.1;

/// What SLOR lacks of people's range counts so many times as much as what it has within.
const LACKING: f64 = 20.0;
/// What a text counts less if none of its words is in the library.
const UNKNOWN: f64 = 80.0;
/// What a text counts less if it is more surprising than people's range, by as much as the model expects.
const ODD: f64 = 10.0;
/// What a text counts more if it is less surprising than people's range, by as much as the model expects.
const SAFE: f64 = 20.0;

/// What is shown first, beside [`Metrics::surprise`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Headlines {
    /// How well a text hangs together, in both directions: about 0 as people write, below people's range it breaks down, above it
    /// there are safe, stock phrases. No end; each step doubles the distance from 0.
    ///
    /// The distance adds up: SLOR per word (0 at people's median, -1 where their range begins, [`LACKING`] times as steep below); words
    /// in no book ([`UNKNOWN`]; 0 without a library); and surprise above ([`ODD`]) or below ([`SAFE`]) people's range.
    pub coherence: Option<f64>,
    /// The share of word triples that stand in none of the books, 0 to 1. None without a library.
    pub novelty: Option<f64>,
    /// Novel and coherent, 0 to 1: the smaller of new triples as a share of those at which people's range begins, and of a number that
    /// halves with each step of coherence below people's range. 1 is the creative region. None without a library.
    pub creative_region: Option<f64>,
}

impl Headlines {
    /// The headlines that need no library.
    pub fn new(metrics: &Metrics, reference: &Reference) -> Self {
        let at = |name: &str, share: f64| reference.quantile(name, metrics.tokens, share);
        let distance = || {
            let (begins, median) = (at(SLOR, LOWER_RANGE)?, at(SLOR, 0.5)?);
            let place = (metrics.slor_per_word_bits? - begins) / (median - begins);
            let likely = if place < 0.0 { place * LACKING } else { place } - 1.0;
            let (from, to) = (at(SURPRISE, LOWER_RANGE)?, at(SURPRISE, 1.0 - LOWER_RANGE)?);
            let surprise = metrics.surprise?;
            Some(likely - ODD * (surprise - to).max(0.0) + SAFE * (from - surprise).max(0.0))
        };
        Self { coherence: distance().filter(|distance| distance.is_finite()).map(steps), ..Self::default() }
    }

    /// Adds what needs the library: the shares of words and of word triples that it does not hold, in a text of so many tokens.
    pub fn with_library(self, new: [Option<f64>; 2], tokens: usize, reference: &Reference) -> Self {
        let [words, novelty] = new;
        let coherence = self.coherence.map(|known| steps(distance(known) - UNKNOWN * words.unwrap_or_default()));
        let begins = |name| reference.quantile(name, tokens, LOWER_RANGE);
        let novel = novelty.zip(begins(NOVELTY).filter(|&begins| begins > 0.0));
        let novel = novel.map(|(share, begins)| (share / begins).min(1.0));
        let coherent = coherence.zip(begins(COHERENCE)).map(|(steps, begins)| libm::exp2((steps - begins).min(0.0)));
        Self { coherence, novelty, creative_region: novel.zip(coherent).map(|(novel, coherent)| novel.min(coherent)) }
    }
}

/// Quantiles that the headlines are held against.
const SLOR: &str = "slor_per_word_bits";
const SURPRISE: &str = "surprise";
const NOVELTY: &str = "new_ngrams_3";
pub const COHERENCE: &str = "coherence";

/// A distance in steps, each of which doubles it: 1, 3, 7 are 1, 2, 3.
fn steps(distance: f64) -> f64 {
    libm::copysign(libm::log2(1.0 + distance.abs()), distance)
}

/// The distance that makes so many steps.
fn distance(steps: f64) -> f64 {
    libm::copysign(libm::exp2(steps.abs()) - 1.0, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// People: SLOR 2 to 10, surprise 0.9 to 1.3, triples 0 to 2; coherence -1 to 1.
    fn reference() -> Reference {
        let json = br#"{"model": "m@1", "source": "s", "lengths": [32], "passages": [9], "token_counts": [1],
            "rarity": {"total": 1, "counts": {}}, "quantiles": {"slor_per_word_bits": [[1, 6, 11]],
            "surprise": [[0.85, 1.1, 1.35]], "new_ngrams_3": [[0, 2]], "coherence": [[-1.25, 1.25]]}}"#;
        Reference::read(json).unwrap()
    }

    fn of(slor: f64, surprise: f64) -> Headlines {
        let metrics =
            Metrics { tokens: 40, slor_per_word_bits: Some(slor), surprise: Some(surprise), ..Metrics::default() };
        Headlines::new(&metrics, &reference())
    }

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?} for {expected}");
    }

    #[test]
    fn coherence_by_hand() {
        close(of(6.0, 1.1).coherence, 0.0);
        close(of(2.0, 1.1).coherence, -1.0);
        close(of(10.0, 1.1).coherence, 1.0);
        // A tenth of the way from the beginning to the median is missing: 20 / 10 + 1.
        close(of(1.6, 1.1).coherence, -2.0);
        close(of(6.0, 1.3 + 1.0 / ODD).coherence, -1.0);
        close(of(6.0, 0.9 - 7.0 / 20.0).coherence, 3.0);
        assert!(of(9.0, 0.2).coherence > of(9.0, 0.4).coherence, "no end");
        assert!(of(-9.0, 3.0).coherence > of(-9.0, 4.0).coherence);
        assert_eq!(Headlines::new(&Metrics::default(), &reference()).coherence, None);
    }

    #[test]
    fn the_library_by_hand() {
        let with = |headlines: Headlines, words, triples| {
            headlines.with_library([Some(words), Some(triples)], 40, &reference())
        };
        // One word in 80 counts 1.
        close(with(of(6.0, 1.1), 1.0 / UNKNOWN, 0.5).coherence, -1.0);
        close(with(of(10.0, 1.1), 1.0 / UNKNOWN, 0.5).coherence, 0.0);
        let within = with(of(6.0, 1.1), 0.0, 0.1);
        assert_eq!(within.novelty, Some(0.1));
        close(within.creative_region, 0.5);
        close(with(of(6.0, 1.1), 0.0, 0.9).creative_region, 1.0);
        close(with(of(10.0, 0.2), 0.0, 0.9).creative_region, 1.0);
        // A step below people's range.
        close(with(of(1.6, 1.1), 0.0, 0.9).creative_region, 0.5);
        let short = of(6.0, 1.1).with_library([None, None], 40, &reference());
        assert_eq!((short.coherence, short.novelty, short.creative_region), (Some(0.0), None, None));
    }
}
