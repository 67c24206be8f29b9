//! Finding sequences of words by their suffixes: exact, whatever their length.

use super::Library;
use std::ops::Range;

/// A word that the library does not hold.
const UNKNOWN: u32 = u32::MAX;

impl Library {
    /// The numbers of folded words.
    pub(super) fn numbers(&self, words: &[String]) -> Vec<u32> {
        words.iter().map(|word| self.numbers.get(word).copied().unwrap_or(UNKNOWN)).collect()
    }

    /// The suffixes among `range`, which begin alike for `depth` words, that go on with `number`.
    fn narrow(&self, range: Range<usize>, depth: usize, number: u32) -> Range<usize> {
        let text = &self.suffixes.text;
        let suffixes = &self.suffixes.order[range.clone()];
        // The end of the text counts as smaller than everything.
        let next = |&start: &u32| text.get(start as usize + depth).map_or(0, |&next| u64::from(next) + 1);
        let wanted = u64::from(number) + 1;
        let from = suffixes.partition_point(|start| next(start) < wanted);
        let count = suffixes[from..].partition_point(|start| next(start) == wanted);
        range.start + from..range.start + from + count
    }

    /// The suffixes that begin with these numbers: their places in the order.
    pub(super) fn find(&self, numbers: &[u32]) -> Range<usize> {
        let mut range = 0..self.suffixes.order.len();
        for (depth, &number) in numbers.iter().enumerate() {
            range = self.narrow(range, depth, number);
        }
        range
    }

    /// How often this sequence of folded words occurs, within one document each time.
    pub fn occurrences(&self, words: &[String]) -> usize {
        self.find(&self.numbers(words)).len()
    }

    /// For each word, the length of the longest sequence beginning with it that occurs in the library, in words.
    pub fn longest(&self, words: &[String]) -> Vec<usize> {
        let numbers = self.numbers(words);
        let longest = |start: usize| {
            let mut range = 0..self.suffixes.order.len();
            let mut depth = 0;
            for &number in &numbers[start..] {
                range = self.narrow(range, depth, number);
                if range.is_empty() {
                    break;
                }
                depth += 1;
            }
            depth
        };
        (0..numbers.len()).map(longest).collect()
    }
}
