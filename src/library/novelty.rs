//! How much of a text is new compared with the library. Everything follows from one list: for each word, the length of the longest
//! sequence that begins with it and occurs in the library.

use super::spans::{SHORTEST_SPAN, maximal};
use super::{Library, words};
use serde::{Deserialize, Serialize};

/// The longest n-grams of the n-novelty curve.
pub const LONGEST_NGRAM: usize = 10;
/// The lengths over which [`creativity_index`] sums.
const INDEX: std::ops::RangeInclusive<usize> = 5..=12;

/// The numbers of one text compared with the library.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LibraryNovelty {
    /// See [`new_share`], for n = 1 to [`LONGEST_NGRAM`].
    pub new_ngrams: Vec<Option<f64>>,
    /// Mean of [`shortest_new`] over the words that have one, in words.
    pub mean_shortest_new: Option<f64>,
    /// Words in the longest sequence that occurs in the library.
    pub longest_span: usize,
    /// See [`coverage`], for spans of 5 words or more; 0 to 1.
    pub coverage: Option<f64>,
    /// See [`creativity_index`]; 0 to 8.
    pub creativity_index: Option<f64>,
}

/// What measures texts against a library: the library itself, or whoever can ask one that is opened elsewhere.
pub trait NoveltySource {
    /// The numbers of a text; none while the answer is on its way: then ask again later.
    fn novelty(&self, text: &str) -> Option<LibraryNovelty>;
}

impl NoveltySource for Library {
    fn novelty(&self, text: &str) -> Option<LibraryNovelty> {
        Some(LibraryNovelty::of(text, self))
    }
}

impl LibraryNovelty {
    /// Compares a text with a library.
    pub fn of(text: &str, library: &Library) -> Self {
        Self::new(&library.longest(&words(text)))
    }

    /// What the headlines need: the shares of words and of word triples that the library does not hold.
    pub fn new_words_and_triples(&self) -> [Option<f64>; 2] {
        [1, 3].map(|n| self.new_ngrams.get(n - 1).copied().flatten())
    }

    /// `longest`: see [`Library::longest`].
    pub fn new(longest: &[usize]) -> Self {
        let shortest: Vec<usize> = shortest_new(longest).into_iter().flatten().collect();
        Self {
            new_ngrams: (1..=LONGEST_NGRAM).map(|n| new_share(longest, n)).collect(),
            mean_shortest_new: (!shortest.is_empty())
                .then(|| shortest.iter().sum::<usize>() as f64 / shortest.len() as f64),
            longest_span: longest.iter().copied().max().unwrap_or(0),
            coverage: coverage(longest, SHORTEST_SPAN),
            creativity_index: creativity_index(longest),
        }
    }
}

/// n-novelty: the share of the text's word n-grams that do not occur in the library, 0 to 1. Rises with n.
/// Merrill et al. 2024, "Evaluating n-Gram Novelty of Language Models Using Rusty-DAWG".
pub fn new_share(longest: &[usize], n: usize) -> Option<f64> {
    let all = (longest.len() + 1).checked_sub(n).filter(|&all| all > 0 && n > 0)?;
    let new = longest[..all].iter().filter(|&&length| length < n).count();
    Some(new as f64 / all as f64)
}

/// Pointwise novelty, like RAVEN's pointwise duplication but without its length limit and without the prompt: for each word, the length
/// in words of the shortest n-gram that ends there and does not occur in the library. None if everything up to there occurs. 1 is a
/// word that is not in the library.
/// McCoy et al. 2023, "How Much Do Language Models Copy From Their Training Data?".
pub fn shortest_new(longest: &[usize]) -> Vec<Option<usize>> {
    let mut start = 0;
    let shortest = |end: usize| {
        // The earliest start whose known sequence reaches the word; it never moves back.
        while start <= end && start + longest[start] <= end {
            start += 1;
        }
        (start > 0).then(|| end + 2 - start)
    };
    (0..longest.len()).map(shortest).collect()
}

/// The share of words that are part of a known sequence of at least `length` words, 0 to 1. None for a text of fewer words.
pub fn coverage(longest: &[usize], length: usize) -> Option<f64> {
    let mut covered = 0;
    let mut end = 0;
    for span in maximal(longest).filter(|span| span.len() >= length) {
        covered += span.end - span.start.max(end);
        end = span.end;
    }
    (length > 0 && longest.len() >= length).then(|| covered as f64 / longest.len() as f64)
}

/// The Creativity Index with exact matches: the sum of 1 - [`coverage`] over the lengths 5 to 12, from 0 (all copied) to 8 (nothing
/// copied). None for a text of fewer than 12 words.
/// Lu et al. 2024, "AI as Humanity's Salieri".
pub fn creativity_index(longest: &[usize]) -> Option<f64> {
    INDEX.map(|length| coverage(longest, length).map(|share| 1.0 - share)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library is "a b c d"; the text is "a b c x b c": known are abc, bc, c, nothing, bc, c.
    const KNOWN: [usize; 6] = [3, 2, 1, 0, 2, 1];

    #[test]
    fn new_ngrams_by_hand() {
        assert_eq!(new_share(&KNOWN, 1), Some(1.0 / 6.0));
        // ab bc cx xb bc
        assert_eq!(new_share(&KNOWN, 2), Some(2.0 / 5.0));
        // abc bcx cxb xbc
        assert_eq!(new_share(&KNOWN, 3), Some(3.0 / 4.0));
        assert_eq!(new_share(&KNOWN, 6), Some(1.0));
        assert_eq!(new_share(&KNOWN, 7), None);
        assert_eq!(new_share(&[], 1), None);
    }

    #[test]
    fn shortest_new_by_hand() {
        // Up to "c" all is known; x is new; then "x b" and "x b c" are the shortest new ones.
        assert_eq!(shortest_new(&KNOWN), [None, None, None, Some(1), Some(2), Some(3)]);
        // Two words known singly, never together.
        assert_eq!(shortest_new(&[1, 1]), [None, Some(2)]);
        assert_eq!(shortest_new(&[]), []);
    }

    #[test]
    fn coverage_by_hand() {
        assert_eq!(coverage(&KNOWN, 3), Some(0.5));
        assert_eq!(coverage(&KNOWN, 2), Some(5.0 / 6.0));
        assert_eq!(coverage(&KNOWN, 4), Some(0.0));
        assert_eq!(coverage(&KNOWN, 7), None);
        assert_eq!(coverage(&[], 4), None);
        // Overlapping spans cover each word once.
        assert_eq!(coverage(&[2, 2, 1], 2), Some(1.0));
    }

    #[test]
    fn the_index_by_hand() {
        // Twelve words, the first six of them known together: covered by half for lengths 5 and 6.
        let known = [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0];
        assert_eq!(creativity_index(&known), Some(2.0 * 0.5 + 6.0));
        assert_eq!(creativity_index(&[0; 12]), Some(8.0));
        assert_eq!(creativity_index(&[0; 11]), None);
    }
}
