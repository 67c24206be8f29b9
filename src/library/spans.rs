//! The parts of a text that are copied from the library word for word.

use super::words::word_ranges;
use super::{Library, fold};
use serde::Serialize;
use std::ops::Range;

/// Shorter spans are not shown: unrelated texts share them too.
pub const SHORTEST_SPAN: usize = 5;
/// This many of the library's words count as very common. A span is shown only if at least two of its words are not among them.
pub const COMMON: u32 = 200;

/// A longest sequence of words that also occurs in the library: it cannot be extended at either end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The text that it covers, in UTF-8 bytes.
    pub bytes: Range<usize>,
    /// The words that it covers, from 0.
    pub words: Range<usize>,
    /// How often it occurs in the library.
    pub occurrences: usize,
}

impl Library {
    /// The spans of a text to show, in order; they may overlap. A span has [`SHORTEST_SPAN`] or more words, at least two of which are
    /// not among the library's [`COMMON`] most common. Letter case and punctuation do not count.
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let ranges: Vec<Range<usize>> = word_ranges(text).collect();
        let words: Vec<String> = ranges.iter().map(|range| fold(&text[range.clone()])).collect();
        let longest = self.longest(&words);
        let numbers = self.numbers(&words);
        maximal(&longest)
            .filter(|span| span.len() >= SHORTEST_SPAN)
            .filter(|span| numbers[span.clone()].iter().filter(|&&number| number > COMMON).count() >= 2)
            .map(|span| Span {
                bytes: ranges[span.start].start..ranges[span.end - 1].end,
                occurrences: self.find(&numbers[span.clone()]).len(),
                words: span,
            })
            .collect()
    }
}

/// The sequences that are not part of a longer one, given the length of the longest sequence that begins with each word.
pub fn maximal(longest: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let mut covered = 0;
    longest.iter().enumerate().filter_map(move |(start, &length)| {
        let end = start + length;
        let new = end > covered;
        covered = covered.max(end);
        new.then_some(start..end)
    })
}
