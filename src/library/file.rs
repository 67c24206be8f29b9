//! The library file: eight bytes of signature, then an lzip stream. All numbers in it are LEB128.
//!
//! | part | content |
//! |---|---|
//! | words, gaps, books, odd words | lists of strings: how many, how many bytes, then each string followed by NUL; a book is three strings |
//! | usual cases | a byte per gap, then a byte per word: see [`Usual`] |
//! | documents | how many, then the number of each document's book |
//! | symbols | how many, then a byte for the meaning of each, the most common first: see [`Symbol`] |
//! | text | how many words and ends of documents, then symbols |
//!
//! A word or an end is preceded by its gap if that is not the most common one, and by its case if that is not the usual one.

use super::text::{BLOCK, Case, GAPS, Setting, Text};
use super::{BOUNDARY, LibraryError};
use lzma_rust2::{Action, LzipStream, Status};
use serde::{Deserialize, Serialize};
use std::io::{self, BufReader, Read};

pub(super) const MAGIC: &[u8; 8] = b"fabulib\x02";
/// Signature of an earlier version's files, which can no longer be read.
const FORMER: &[u8; 8] = b"fabulib\x01";
/// Strings of a list, and bytes of all of them, at most.
pub(super) const STRINGS: usize = 1 << 22;
pub(super) const BYTES: usize = 1 << 26;
/// Words of the text, with the ends of documents, are fewer.
pub(super) const WORDS: usize = 1 << 26;

/// The largest window, in bytes, with which a stream of so many bytes may be decompressed. Without a limit, the header of a hostile
/// file could ask for 512 MiB. The window of the house library is 1.6 times its file.
pub(super) fn largest_window(packed: usize) -> usize {
    (1 << 20) + 16 * packed
}

/// What decompressing takes beside the window, at most, in KiB.
const TABLES: usize = 64;

/// The bytes that a single lzip stream holds.
pub(super) struct Unpacked<'a> {
    stream: LzipStream,
    /// What is not read yet.
    packed: &'a [u8],
}

impl<'a> Unpacked<'a> {
    pub(super) fn new(packed: &'a [u8]) -> Self {
        let limit = largest_window(packed.len()) / 1024 + TABLES;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        Self { stream: LzipStream::new_mem_limit(false, limit), packed }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let step = self.stream.process(self.packed, out, Action::Finish)?;
        self.packed = &self.packed[step.bytes_consumed..];
        let rest = self.packed.len() + self.stream.unused_input().len();
        if step.status == Status::StreamEnd && rest > 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(step.bytes_produced)
    }
}

/// A book of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Book {
    pub title: String,
    pub author: String,
    /// The kind of book, as it is shown.
    pub shelf: String,
}

/// The content of a library file.
#[derive(Debug, Default, PartialEq)]
pub struct Contents {
    /// Folded, the most common first.
    pub words: Vec<String>,
    /// The strings between words, the most common first.
    pub gaps: Vec<String>,
    /// The numbers of the words, and [`BOUNDARY`] after each document.
    pub text: Text,
    /// The gap and case before each number of the text.
    pub settings: Vec<Setting>,
    /// Words in irregular case: their places in the text, and how they are written.
    pub odd: Vec<(u32, String)>,
    pub books: Vec<Book>,
    /// The book of each document.
    pub shelf_of: Vec<u16>,
}

/// The usual case of a word: that of most words after this gap, or that of this word in most places, whichever has more capitals.
#[derive(Default)]
pub struct Usual {
    /// By the number of a gap.
    pub after: Vec<Case>,
    /// By the number of a word.
    pub of: Vec<Case>,
}

impl Usual {
    pub fn case(&self, gap: u16, number: u32) -> Case {
        self.after[usize::from(gap)].max(self.of[number as usize])
    }
}

/// The meaning of a symbol of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// The next word of the list.
    Word(u32),
    /// The next gap of the list, from the second on.
    Gap(u16),
    Case(Case),
}

/// Reads the parts of a file. If something cannot be read, the file is damaged.
struct Input<R>(R);

impl<R: Read> Input<R> {
    fn byte(&mut self) -> Result<u8, LibraryError> {
        let mut byte = [0];
        self.0.read_exact(&mut byte).map_err(|_| LibraryError::Damaged)?;
        Ok(byte[0])
    }

    fn number(&mut self) -> Result<u32, LibraryError> {
        let mut number = 0;
        for place in (0..28).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 127) << place;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(LibraryError::Damaged)
    }

    /// A number up to a limit.
    fn length(&mut self, limit: usize) -> Result<usize, LibraryError> {
        let length = self.number()? as usize;
        if length <= limit { Ok(length) } else { Err(LibraryError::Damaged) }
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, LibraryError> {
        let mut bytes = Vec::new();
        self.0.by_ref().take(length as u64).read_to_end(&mut bytes).map_err(|_| LibraryError::Damaged)?;
        if bytes.len() == length { Ok(bytes) } else { Err(LibraryError::Damaged) }
    }

    fn strings(&mut self) -> Result<Vec<String>, LibraryError> {
        let count = self.length(STRINGS)?;
        let length = self.length(BYTES)?;
        let all = String::from_utf8(self.bytes(length)?).map_err(|_| LibraryError::Damaged)?;
        let strings: Vec<String> = all.split_terminator('\0').map(str::to_string).collect();
        if strings.len() == count { Ok(strings) } else { Err(LibraryError::Damaged) }
    }

    fn cases(&mut self, count: usize) -> Result<Vec<Case>, LibraryError> {
        let case = |byte: u8| Case::ALL.get(usize::from(byte)).copied().ok_or(LibraryError::Damaged);
        self.bytes(count)?.into_iter().map(case).collect()
    }

    fn symbols(&mut self, words: usize, gaps: usize) -> Result<Vec<Symbol>, LibraryError> {
        let count = self.length(1 + words + gaps + Case::ALL.len())?;
        // The last ones numbered.
        let (mut word, mut gap) = (BOUNDARY, 0);
        let symbol = |kind: u8| {
            let symbol = match kind {
                0 => Symbol::Word(BOUNDARY),
                1 if (word as usize) < words => {
                    word += 1;
                    Symbol::Word(word)
                }
                2 if usize::from(gap) + 1 < gaps => {
                    gap += 1;
                    Symbol::Gap(gap)
                }
                3.. => Symbol::Case(*Case::ALL.get(usize::from(kind) - 3).ok_or(LibraryError::Damaged)?),
                _ => return Err(LibraryError::Damaged),
            };
            Ok(symbol)
        };
        self.bytes(count)?.into_iter().map(symbol).collect()
    }
}

impl Contents {
    /// Reads a file.
    pub fn read(file: &[u8]) -> Result<Self, LibraryError> {
        if file.starts_with(FORMER) {
            return Err(LibraryError::Former);
        }
        let packed = file.strip_prefix(MAGIC).ok_or(LibraryError::NoLibrary)?;
        let mut input = Input(BufReader::with_capacity(1 << 16, Unpacked::new(packed)));
        let words = input.strings()?;
        let gaps = input.strings()?;
        let fields = input.strings()?;
        let odd = input.strings()?;
        if gaps.len() > GAPS || !fields.len().is_multiple_of(3) {
            return Err(LibraryError::Damaged);
        }
        let book = |[title, author, shelf]: &[String; 3]| Book {
            title: title.clone(),
            author: author.clone(),
            shelf: shelf.clone(),
        };
        let books: Vec<Book> = fields.as_chunks().0.iter().map(book).collect();
        let usual = Usual { after: input.cases(gaps.len())?, of: input.cases(words.len() + 1)? };
        let mut shelf_of = Vec::new();
        for _ in 0..input.length(STRINGS)? {
            let book = input.number()?;
            let known = u16::try_from(book).ok().filter(|&book| usize::from(book) < books.len());
            shelf_of.push(known.ok_or(LibraryError::Damaged)?);
        }
        let symbols = input.symbols(words.len(), gaps.len())?;
        let length = input.length(WORDS - 1)?;
        if length > 0 && gaps.is_empty() {
            return Err(LibraryError::Damaged);
        }
        let (text, settings) = (Text::with_capacity(length), Vec::with_capacity(length));
        let mut contents = Self { words, gaps, text, settings, odd: Vec::new(), books, shelf_of };
        let mut odd = odd.into_iter();
        while contents.settings.len() < length {
            let count = BLOCK.min(length - contents.settings.len());
            contents.read_text(&mut input, &symbols, &usual, &mut odd, count)?;
        }
        // The checksum at the end of the stream proves that the file is intact.
        let ends = input.0.read(&mut [0]).is_ok_and(|rest| rest == 0);
        if ends && odd.next().is_none() { Ok(contents) } else { Err(LibraryError::Damaged) }
    }

    /// Reads the next `count` words.
    #[inline(never)]
    fn read_text(
        &mut self,
        input: &mut Input<impl Read>,
        symbols: &[Symbol],
        usual: &Usual,
        odd: &mut impl Iterator<Item = String>,
        count: usize,
    ) -> Result<(), LibraryError> {
        for _ in 0..count {
            let (mut gap, mut case) = (0, None);
            let number = loop {
                match symbols.get(input.number()? as usize).ok_or(LibraryError::Damaged)? {
                    Symbol::Word(number) => break *number,
                    Symbol::Gap(number) => gap = *number,
                    Symbol::Case(unusual) => case = Some(*unusual),
                }
            };
            let case = case.unwrap_or_else(|| usual.case(gap, number));
            if case == Case::Odd {
                let place = self.settings.len() as u32;
                self.odd.push((place, odd.next().ok_or(LibraryError::Damaged)?));
            }
            self.text.push(number);
            self.settings.push(Setting::new(gap, case));
        }
        Ok(())
    }
}
