//! How much a text repeats itself. Repetition raises likelihood, so the two are shown together.

use super::sentences::sentences;
use crate::library::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// seq-rep-n: 1 - distinct n-grams / all n-grams of the tokens. 0 means no repetition.
/// Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training".
pub fn repetition(token_ids: &[u32], n: usize) -> Option<f64> {
    let all = token_ids.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[u32]> = all.clone().collect();
    Some(1.0 - distinct.len() as f64 / all.len() as f64)
}

/// distinct-n: distinct word n-grams / all word n-grams (not / all words). 1 means no repetition.
/// After Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".
/// It falls with the length of a text, so compare texts of equal length.
pub fn distinct(words: &[String], n: usize) -> Option<f64> {
    let all = words.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[String]> = all.clone().collect();
    Some(distinct.len() as f64 / all.len() as f64)
}

/// Sentence overlap: how much of one sentence another sentence repeats. For every two sentences, the information in their shared words
/// divided by that of the shorter sentence (overlap coefficient, Szymkiewicz 1934), where each word counts by its [`Rarity`]; the
/// largest value, 0 to 1. It notices a plot told twice in other words, which n-grams do not. None for fewer than two sentences.
pub fn sentence_overlap(text: &str, rarity: &Rarity) -> Option<f64> {
    let sets: Vec<BTreeSet<String>> =
        sentences(text).into_iter().map(|range| words(&text[range]).into_iter().collect()).collect();
    let bits: Vec<f64> = sets.iter().map(|set| set.iter().map(|word| rarity.bits(word)).sum()).collect();
    let mut largest: Option<f64> = None;
    for (one, one_bits) in sets.iter().zip(&bits) {
        for (other, other_bits) in sets.iter().zip(&bits).take_while(|(other, _)| !std::ptr::eq(*other, one)) {
            // The sum of an empty iterator would be -0.
            let shared = one.intersection(other).fold(0.0, |bits, word| bits + rarity.bits(word));
            let shorter = one_bits.min(*other_bits);
            let share = if shorter > 0.0 { shared / shorter } else { 0.0 };
            largest = Some(largest.map_or(share, |largest| largest.max(share)));
        }
    }
    largest
}

/// The information of a word: -log2 of its share of the library's words. Stored for the most common words; all others count like
/// the rarest of these. If none are stored, all words count the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rarity {
    /// Words of the library.
    total: f64,
    /// How often the most common words occur.
    counts: BTreeMap<String, u32>,
}

impl Rarity {
    /// From the most common words with their counts, and the number of all words.
    pub fn new(counts: impl IntoIterator<Item = (String, u32)>, total: usize) -> Self {
        Self { total: total as f64, counts: counts.into_iter().collect() }
    }

    /// Whether the counts are possible for a text.
    pub fn is_sound(&self) -> bool {
        let counted: f64 = self.counts.values().map(|&count| f64::from(count)).sum();
        self.total.is_finite() && self.total >= counted && self.counts.values().all(|&count| count > 0)
    }

    /// Information of a folded word, in bits.
    pub fn bits(&self, word: &str) -> f64 {
        let count = self.counts.get(word).or_else(|| self.counts.values().min());
        count.map_or(1.0, |&count| libm::log2(self.total / f64::from(count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_by_hand() {
        // 1234 2341 3412 4123 1234: four of five are distinct.
        let repeated = repetition(&[1, 2, 3, 4, 1, 2, 3, 4], 4).unwrap();
        assert!((repeated - 0.2).abs() < 1e-12);
        assert_eq!(repetition(&[1, 2, 3, 4, 5], 4), Some(0.0));
        assert_eq!(repetition(&[1, 2, 3], 4), None);
        assert_eq!(repetition(&[7; 100], 4), Some(1.0 - 1.0 / 97.0));
    }

    #[test]
    fn distinct_by_hand() {
        let text = words("the fox saw the fox");
        assert_eq!(distinct(&text, 1), Some(3.0 / 5.0));
        assert_eq!(distinct(&text, 2), Some(3.0 / 4.0));
        assert_eq!(distinct(&text, 3), Some(1.0));
        assert_eq!(distinct(&words("one two"), 3), None);
        assert_eq!(distinct(&[], 1), None);
    }

    #[test]
    fn overlap_by_hand() {
        let even = Rarity::default();
        assert_eq!(sentence_overlap("The fox ran. The fox ran!", &even), Some(1.0));
        let none = sentence_overlap("A fox ran. Two crows sat.", &even);
        assert_eq!(none.map(f64::to_bits), Some(0), "no -0");
        // The shorter sentence has three words, of which the other has two.
        assert_eq!(sentence_overlap("The fox ran. The big fox slept. It?", &even), Some(2.0 / 3.0));
        // 32 of 64 words are "the": 1 bit; "fox" and all others count 6 bits.
        let rarity = Rarity::new([("the".into(), 32), ("fox".into(), 1)], 64);
        assert_eq!(sentence_overlap("The fox ran. The crow sat.", &rarity), Some(1.0 / 13.0));
        assert_eq!(sentence_overlap("One sentence.", &even), None);
        assert_eq!(sentence_overlap("", &even), None);
    }
}
