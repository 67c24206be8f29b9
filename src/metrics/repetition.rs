//! Does the text repeat itself? Repetition flatters likelihood, so it is shown beside it.

use super::sentences::sentences;
use crate::library::words;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// seq-rep-n: 1 - distinct n-grams / all n-grams of the tokens; 0 repeats nothing.
/// Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training".
pub fn repetition(token_ids: &[u32], n: usize) -> Option<f64> {
    let all = token_ids.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[u32]> = all.clone().collect();
    Some(1.0 - distinct.len() as f64 / all.len() as f64)
}

/// distinct-n: distinct word n-grams / all word n-grams (not: / all words); 1 never repeats itself.
/// After Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models".
/// Falls with the length of any text, so compare texts of one length.
pub fn distinct(words: &[String], n: usize) -> Option<f64> {
    let all = words.windows(n);
    if all.len() == 0 {
        return None;
    }
    let distinct: HashSet<&[String]> = all.clone().collect();
    Some(distinct.len() as f64 / all.len() as f64)
}

/// Sentence overlap: how much of a sentence another one of the text says again. The largest share of the information of two sentences'
/// shorter one that both have (overlap coefficient, Szymkiewicz 1934), where each word counts by its [`Rarity`]; 0 to 1.
/// Notices a plot that is told twice in other words, which n-grams do not. None with fewer than two sentences.
pub fn sentence_overlap(text: &str, rarity: &Rarity) -> Option<f64> {
    let sets: Vec<BTreeSet<String>> =
        sentences(text).into_iter().map(|range| words(&text[range]).into_iter().collect()).collect();
    let bits: Vec<f64> = sets.iter().map(|set| set.iter().map(|word| rarity.bits(word)).sum()).collect();
    let mut largest: Option<f64> = None;
    for (one, one_bits) in sets.iter().zip(&bits) {
        for (other, other_bits) in sets.iter().zip(&bits).take_while(|(other, _)| !std::ptr::eq(*other, one)) {
            // The sum of nothing would be -0.
            let shared = one.intersection(other).fold(0.0, |bits, word| bits + rarity.bits(word));
            let shorter = one_bits.min(*other_bits);
            let share = if shorter > 0.0 { shared / shorter } else { 0.0 };
            largest = Some(largest.map_or(share, |largest| largest.max(share)));
        }
    }
    largest
}

/// How much a word tells: -log2 of its share of the library's words. Known for the commonest; all others count as much as
/// the rarest of these. With none known, every word counts the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rarity {
    /// Words of the library.
    total: f64,
    /// How often the commonest occur.
    counts: BTreeMap<String, u32>,
}

impl Rarity {
    /// From the commonest words with their counts, and the number of all words.
    pub fn new(counts: impl IntoIterator<Item = (String, u32)>, total: usize) -> Self {
        Self { total: total as f64, counts: counts.into_iter().collect() }
    }

    /// Whether the numbers can be those of a text.
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
        // Of 64 words 32 are "the": 1 bit; "fox" and all others count 6 bits.
        let rarity = Rarity::new([("the".into(), 32), ("fox".into(), 1)], 64);
        assert_eq!(sentence_overlap("The fox ran. The crow sat.", &rarity), Some(1.0 / 13.0));
        assert_eq!(sentence_overlap("One sentence.", &even), None);
        assert_eq!(sentence_overlap("", &even), None);
    }
}
