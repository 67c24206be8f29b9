//! The texts that the model has read, in a file of about a quarter of their size that answers exactly: does this sequence of
//! words occur, how often, in which books, and in which sentence.
//!
//! `build` packs documents into a [`file`]; opening it yields the words with their suffix array
//! ([`transform`]), in which [`search`] finds what a text shares with them; [`spans`] says where it comes from, and
//! [`novelty`] how much of it is new. docs/methods.md explains it to readers.

#[cfg(not(target_arch = "wasm32"))]
mod build;
mod coder;
#[cfg(not(target_arch = "wasm32"))]
mod encoder;
mod file;
mod mixer;
mod novelty;
mod pack;
mod passages;
mod search;
#[cfg(not(target_arch = "wasm32"))]
mod sort;
mod spans;
mod transform;
mod words;

#[cfg(not(target_arch = "wasm32"))]
pub use build::{Document, build};
pub use file::Book;
pub use novelty::{LONGEST_NGRAM, LibraryNovelty, coverage, creativity_index, new_share, shortest_new};
pub use passages::{Found, Passage};
pub use spans::{COMMON, SHORTEST_SPAN, Span};
pub use words::{fold, word_ranges, words};

use file::Contents;
use std::collections::HashMap;
use transform::Suffixes;

/// The number that stands for the end of a document.
const BOUNDARY: u32 = 0;

/// Why there is no library.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("this is no library file of Fabula")]
    NoLibrary,
    #[error("the library file is damaged; fetch or build it again")]
    Damaged,
    #[error(
        "these documents are more than a library holds: 67 million words, 65,535 books, 4,096 kinds of punctuation"
    )]
    TooLarge,
    #[error("document {document} holds a NUL character; remove it")]
    Nul { document: usize },
}

/// An open library: twelve bytes a word in memory.
pub struct Library {
    contents: Contents,
    suffixes: Suffixes,
    /// The number of each word.
    numbers: HashMap<String, u32>,
    /// Where each document begins among the words.
    starts: Vec<u32>,
}

impl Library {
    /// Opens a library file.
    pub fn open(file: &[u8]) -> Result<Self, LibraryError> {
        let (contents, suffixes) = Contents::read(file)?;
        let numbers = contents.words.iter().cloned().zip(BOUNDARY + 1..).collect();
        let mut starts = Vec::with_capacity(contents.shelf_of.len());
        let mut start = 0;
        for (place, &number) in (0..).zip(&suffixes.text) {
            if number == BOUNDARY {
                starts.push(start);
                start = place + 1;
            }
        }
        Ok(Self { contents, suffixes, numbers, starts })
    }

    /// Documents, books, and words that are in it.
    pub fn size(&self) -> (usize, usize, usize) {
        let documents = self.starts.len();
        (documents, self.contents.books.len(), self.suffixes.text.len() - documents)
    }

    /// The commonest words, folded, with how often each occurs.
    pub fn commonest(&self, limit: usize) -> impl Iterator<Item = (&str, u32)> {
        self.contents.words.iter().map(String::as_str).zip(self.contents.counts.iter().skip(1).copied()).take(limit)
    }
}

#[cfg(test)]
mod tests;
