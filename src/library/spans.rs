//! Where a text comes from: what it shares with the library word for word.

use super::words::word_ranges;
use super::{Library, fold};
use serde::Serialize;
use std::ops::Range;

/// Spans of fewer words are not shown: everybody's sentences share them.
pub const SHORTEST_SPAN: usize = 5;
/// So many of the library's words are very common: a span is shown only if two of its words at least are not among them.
pub const COMMON: u32 = 200;

/// A sequence of words that the library holds too, and that goes on at neither end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The text that it covers, in UTF-8 bytes.
    pub bytes: Range<usize>,
    /// The words that it covers, from 0.
    pub words: Range<usize>,
    /// How often the library holds it.
    pub occurrences: usize,
}

impl Library {
    /// The spans of a text that are worth showing, in order; they may overlap. The rule: [`SHORTEST_SPAN`] words at
    /// least, two of them not among the library's [`COMMON`] commonest. Letter case and punctuation do not count.
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

/// The sequences that are part of no longer one, from the longest ones that begin with each word.
pub fn maximal(longest: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let mut covered = 0;
    longest.iter().enumerate().filter_map(move |(start, &length)| {
        let end = start + length;
        let new = end > covered;
        covered = covered.max(end);
        new.then_some(start..end)
    })
}
