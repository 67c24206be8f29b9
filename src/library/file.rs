//! The library file: eight bytes that say what it is, then everything as one stream of packed numbers.

use super::coder::{Coder, Decoder};
use super::pack::{self, Setting};
use super::transform::{Suffixes, Transform};
use super::{BOUNDARY, LibraryError};
use serde::{Deserialize, Serialize};

pub(super) const MAGIC: &[u8; 8] = b"fabulib\x01";
/// The last number of the stream: what is damaged before it does not end with it.
pub(super) const END: u32 = 0x6661_6231;
/// Entries of all tables that often-used words may cost, together.
const MOST_TABLES: u64 = 1 << 32;
/// Strings of a list, and bytes of all of them, at most.
pub(super) const STRINGS: u32 = 1 << 22;
pub(super) const BYTES: u32 = 1 << 26;

/// A book of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Book {
    pub title: String,
    pub author: String,
    /// The kind of book, for people.
    pub shelf: String,
}

/// What a library file holds beside the text itself.
#[derive(Debug, Default, PartialEq)]
pub struct Contents {
    /// Folded, the commonest first.
    pub words: Vec<String>,
    /// How often each number occurs in the text: the boundary of documents, then the words.
    pub counts: Vec<u32>,
    /// What stands between words, the commonest first.
    pub gaps: Vec<String>,
    /// What stands before each number of the text.
    pub settings: Vec<Setting>,
    /// Words that are written in a way of their own: their places in the text and how they are written.
    pub odd: Vec<(u32, String)>,
    pub books: Vec<Book>,
    /// The book of each document.
    pub shelf_of: Vec<u16>,
}

/// Writes or reads a list's length.
fn length(coder: &mut impl Coder, length: usize, limit: u32) -> Result<usize, LibraryError> {
    let length = pack::number(coder, length as u32);
    if length > limit { Err(LibraryError::Damaged) } else { Ok(length as usize) }
}

/// Writes or reads strings, as one text with ends of line of its own.
fn strings(coder: &mut impl Coder, strings: Vec<String>) -> Result<Vec<String>, LibraryError> {
    const NUL: u8 = 0;
    let count = length(coder, strings.len(), STRINGS)?;
    let mut bytes: Vec<u8> = strings.iter().flat_map(|string| string.bytes().chain([NUL])).collect();
    let total = length(coder, bytes.len(), BYTES)?;
    bytes.resize(total, 0);
    pack::bytes(coder, &mut bytes);
    let mut read: Vec<String> = Vec::new();
    for string in bytes.split(|&byte| byte == NUL) {
        read.push(std::str::from_utf8(string).map_err(|_| LibraryError::Damaged)?.to_string());
    }
    // After the last end comes nothing.
    read.pop();
    if read.len() == count { Ok(read) } else { Err(LibraryError::Damaged) }
}

impl Contents {
    /// All but the settings, which need the text: the order in which things are written and read.
    pub(super) fn before_text(&mut self, coder: &mut impl Coder) -> Result<(), LibraryError> {
        self.words = strings(coder, std::mem::take(&mut self.words))?;
        self.gaps = strings(coder, std::mem::take(&mut self.gaps))?;
        self.counts.resize(self.words.len() + 1, 0);
        pack::counts(coder, &mut self.counts);
        let fields = self.books.drain(..).flat_map(|book| [book.title, book.author, book.shelf]).collect();
        for book in strings(coder, fields)?.chunks_exact(3) {
            let [title, author, shelf] = book else { continue };
            self.books.push(Book { title: title.clone(), author: author.clone(), shelf: shelf.clone() });
        }
        let documents = length(coder, self.shelf_of.len(), STRINGS)?;
        self.shelf_of.resize(documents, 0);
        let mut last = 0;
        for book in &mut self.shelf_of {
            // Documents of one book lie together.
            let step = pack::number(coder, u32::from(book.wrapping_sub(last)));
            last = last.wrapping_add(step as u16);
            *book = last;
            if usize::from(last) >= self.books.len() {
                return Err(LibraryError::Damaged);
            }
        }
        let (places, surfaces): (Vec<u32>, Vec<String>) = std::mem::take(&mut self.odd).into_iter().unzip();
        let surfaces = strings(coder, surfaces)?;
        let mut places = places.into_iter();
        let mut last = 0;
        for surface in surfaces {
            let step = pack::number(coder, places.next().unwrap_or(last).wrapping_sub(last));
            last = last.wrapping_add(step);
            self.odd.push((last, surface));
        }
        Ok(())
    }

    /// Reads a file.
    pub fn read(file: &[u8]) -> Result<(Self, Suffixes), LibraryError> {
        let packed = file.strip_prefix(MAGIC).ok_or(LibraryError::NoLibrary)?;
        let mut coder = Decoder::new(packed);
        let mut contents = Self::default();
        contents.before_text(&mut coder)?;
        let counts = &contents.counts;
        let length = counts.iter().map(|&count| u64::from(count)).sum::<u64>();
        // Words that occur often cost a table each: no honest text has many of them beside a large vocabulary.
        let often = counts.iter().filter(|&&count| count >= pack::OFTEN).count() as u64;
        if length >= 1 << 26
            || counts.len() as u64 > length + 1
            || often * counts.len() as u64 > MOST_TABLES
            || counts[BOUNDARY as usize] as usize != contents.shelf_of.len()
        {
            return Err(LibraryError::Damaged);
        }
        let places = std::array::from_fn(|_| pack::number(&mut coder, 0));
        let mut transform = Transform { last: vec![0; length as usize], places };
        pack::transform(&mut coder, &mut transform.last, counts);
        if transform.last.iter().any(|&word| word as usize >= counts.len()) {
            return Err(LibraryError::Damaged);
        }
        let suffixes = transform.invert().ok_or(LibraryError::Damaged)?;
        let mut found = vec![0; counts.len()];
        for &word in &suffixes.text {
            found[word as usize] += 1;
        }
        if found != *counts || suffixes.text.last().is_some_and(|&last| last != BOUNDARY) {
            return Err(LibraryError::Damaged);
        }
        contents.settings = vec![Setting::default(); length as usize];
        pack::settings(&mut coder, &suffixes.text, counts.len(), &mut contents.settings);
        let ends = pack::number(&mut coder, 0) == END;
        if !ends || contents.settings.iter().any(|setting| usize::from(setting.gap) >= contents.gaps.len()) {
            return Err(LibraryError::Damaged);
        }
        Ok((contents, suffixes))
    }
}
