//! The texts that the model was trained on, in a file of about a fifth of their size. It answers exactly: does this sequence of
//! words occur, how often, in which books, and in which sentence?
//!
//! `build` writes documents to a [`file`]. Opening it gives the [`text`] as numbers of words, and its [`index`] finds what
//! another text shares with it. [`spans`] finds the copied parts of that text, and [`novelty`] how much of it is new.
//! docs/methods.md explains the definitions.

#[cfg(not(target_arch = "wasm32"))]
mod build;
mod file;
mod index;
mod novelty;
mod passages;
mod spans;
mod text;
mod words;

#[cfg(not(target_arch = "wasm32"))]
pub use build::{Document, build};
pub use file::Book;
pub use novelty::{LONGEST_NGRAM, LibraryNovelty, NoveltySource, coverage, creativity_index, new_share, shortest_new};
pub use passages::{Found, Passage};
pub use spans::{COMMON, SHORTEST_SPAN, Span};
pub use words::{fold, word_ranges, words};

use file::Contents;
use index::Index;
use std::collections::HashMap;

/// The number that stands for the end of a document.
const BOUNDARY: u32 = 0;

/// Why a library cannot be opened or built.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("this is not a library file of Fabula")]
    NoLibrary,
    #[error("the library file is damaged; download it or build it again")]
    Damaged,
    #[error("this library file is from an earlier version of Fabula; build it again with `fabula index`")]
    Former,
    #[error(
        "these documents are too much for one library; it can hold 67 million words, 65,535 books and 16,384 kinds of punctuation"
    )]
    TooLarge,
    #[error("document {document} contains a NUL character; remove it")]
    Nul { document: usize },
}

/// An open library: eight bytes per word in memory.
pub struct Library {
    contents: Contents,
    index: Index,
    /// The number of each word.
    numbers: HashMap<String, u32>,
    /// Where each document begins among the words.
    starts: Vec<u32>,
}

impl Library {
    /// Opens a library file.
    pub fn open(file: &[u8]) -> Result<Self, LibraryError> {
        let contents = Contents::read(file)?;
        let index = Index::new(&contents.text);
        let ends = index.first(BOUNDARY);
        let length = contents.settings.len();
        if ends.len() != contents.shelf_of.len() || ends.last().map_or(0, |&last| last as usize + 1) != length {
            return Err(LibraryError::Damaged);
        }
        let mut starts: Vec<u32> = [0].into_iter().chain(ends.iter().map(|end| end + 1)).collect();
        starts.pop();
        let numbers = contents.words.iter().cloned().zip(BOUNDARY + 1..).collect();
        Ok(Self { contents, index, numbers, starts })
    }

    /// Its numbers of documents, books and words.
    pub fn size(&self) -> (usize, usize, usize) {
        let documents = self.starts.len();
        (documents, self.contents.books.len(), self.contents.settings.len() - documents)
    }

    /// The most common words, folded, with how often each occurs.
    pub fn commonest(&self, limit: usize) -> impl Iterator<Item = (&str, u32)> {
        let words = self.contents.words.iter().take(limit);
        words.zip(BOUNDARY + 1..).map(|(word, number)| (word.as_str(), self.find(&[number]).len() as u32))
    }
}

#[cfg(test)]
mod tests;
