//! Passages of the library in their original spelling.

use super::file::Book;
use super::text::Case;
use super::{BOUNDARY, Library};
use serde::Serialize;
use std::ops::Range;

/// A sentence ends after one of these, or at the end of a line.
const ENDS: [char; 3] = ['.', '!', '?'];
/// Most words shown on each side.
const AROUND: usize = 40;

/// A place in a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Passage {
    /// The sentence up to the span, the span, and the rest of the sentence.
    pub before: String,
    pub span: String,
    pub after: String,
}

/// A book in which a sequence of words occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "FoundBook"))]
pub struct Found {
    pub book: Book,
    /// How often it occurs there.
    pub occurrences: usize,
    /// Its first occurrence.
    pub passage: Passage,
}

impl Library {
    /// Up to `limit` books in which a sequence of folded words occurs, most occurrences first.
    pub fn books(&self, words: &[String], limit: usize) -> Vec<Found> {
        if words.is_empty() {
            return Vec::new();
        }
        let places = self.find(&self.numbers(words));
        // By book: occurrences, and the first of them.
        let mut books = vec![(0, u32::MAX); self.contents.books.len()];
        for &place in places.iter() {
            let document = self.starts.partition_point(|&start| start <= place) - 1;
            let (count, first) = &mut books[usize::from(self.contents.shelf_of[document])];
            *count += 1;
            *first = place.min(*first);
        }
        let mut found: Vec<(usize, usize, u32)> = (0..)
            .zip(books)
            .filter(|(_, (count, _))| *count > 0)
            .map(|(book, (count, first))| (book, count, first))
            .collect();
        found.sort_by_key(|&(book, count, _)| (std::cmp::Reverse(count), book));
        found.truncate(limit);
        found
            .into_iter()
            .map(|(book, occurrences, first)| Found {
                book: self.contents.books[book].clone(),
                occurrences,
                passage: self.passage(first as usize, words.len()),
            })
            .collect()
    }

    /// A document as it was given to [`super::build`].
    pub fn document(&self, index: usize) -> Option<String> {
        let start = *self.starts.get(index)? as usize;
        let end = start + (start..).take_while(|&place| self.number(place) != BOUNDARY).count();
        let first = if start < end { self.gap(start) } else { "" };
        Some(format!("{first}{}{}", self.print(start..end), self.gap(end)))
    }

    fn passage(&self, place: usize, length: usize) -> Passage {
        let end = place + length;
        let mut first = place;
        while first > 0
            && place - first < AROUND
            && self.number(first - 1) != BOUNDARY
            && !self.gap(first).contains(ends_sentence)
        {
            first -= 1;
        }
        let mut last = end;
        while self.number(last) != BOUNDARY && last - end < AROUND && !self.gap(last).contains(ends_sentence) {
            last += 1;
        }
        // Words and the gaps between them; the gap before the first word belongs to the piece before.
        let piece = |words: Range<usize>| {
            let gap = if words.is_empty() { "" } else { self.gap(words.start) };
            format!("{gap}{}", self.print(words))
        };
        let closing: String = self.gap(last).split_inclusive([' ', '\n']).next().unwrap_or_default().trim_end().into();
        let span = self.print(place..end);
        let (before, after) = if first < place {
            (self.print(first..place) + self.gap(place), piece(end..last) + &closing)
        } else {
            (String::new(), piece(end..last) + &closing)
        };
        Passage { before, span, after }
    }

    /// Words with the gaps between them, but not the gap before the first.
    fn print(&self, words: Range<usize>) -> String {
        let mut out = String::new();
        for place in words.clone() {
            if place > words.start {
                out += self.gap(place);
            }
            let word = match self.number(place) {
                BOUNDARY => continue,
                number => &self.contents.words[number as usize - 1],
            };
            match self.contents.settings[place].case() {
                Case::Odd => out += self.odd(place),
                case => out += &case.write(word),
            }
        }
        out
    }

    /// The number at a place; past the end, a boundary.
    fn number(&self, place: usize) -> u32 {
        self.contents.text.at(place).unwrap_or(BOUNDARY)
    }

    /// A word in irregular case.
    fn odd(&self, place: usize) -> &str {
        let odd = &self.contents.odd;
        odd.binary_search_by_key(&(place as u32), |&(place, _)| place).map_or("", |at| &odd[at].1)
    }

    /// The gap before a word, or before the end of a document.
    fn gap(&self, place: usize) -> &str {
        &self.contents.gaps[usize::from(self.contents.settings[place].gap())]
    }
}

fn ends_sentence(character: char) -> bool {
    ENDS.contains(&character) || character == '\n'
}
