//! Builds a library file from documents.

use super::file::{BYTES, Book, Contents, MAGIC, STRINGS, Symbol, Usual, WORDS, largest_window};
use super::text::{Case, GAPS, Setting};
use super::words::{fold, word_ranges};
use super::{BOUNDARY, LibraryError};
use lzma_rust2::{LzipOptions, LzipWriter};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;

/// The byte in the file that gives the kind of a symbol.
fn kind(symbol: Symbol) -> u8 {
    match symbol {
        Symbol::Word(BOUNDARY) => 0,
        Symbol::Word(_) => 1,
        Symbol::Gap(_) => 2,
        Symbol::Case(case) => 3 + case as u8,
    }
}

/// A text to put into the library.
pub struct Document {
    pub book: Book,
    pub text: String,
}

/// Builds the file of a library. Deterministic: the same documents give the same bytes.
///
/// # Errors
/// More than the format holds: 2^26 words, 2^22 documents or different words, 65,535 books, or 16,384 different gaps between
/// words. A NUL character, which separates strings in the file.
pub fn build(documents: &[Document]) -> Result<Vec<u8>, LibraryError> {
    for (index, Document { book, text }) in documents.iter().enumerate() {
        if [text, &book.title, &book.author, &book.shelf].iter().any(|string| string.contains('\0')) {
            return Err(LibraryError::Nul { document: index + 1 });
        }
    }
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut gap_counts: HashMap<&str, u32> = HashMap::new();
    for Document { text, .. } in documents {
        let mut end = 0;
        for range in word_ranges(text) {
            *gap_counts.entry(&text[end..range.start]).or_default() += 1;
            *counts.entry(fold(&text[range.clone()])).or_default() += 1;
            end = range.end;
        }
        *gap_counts.entry(&text[end..]).or_default() += 1;
    }
    let (words, counts) = by_frequency(counts);
    let (gaps, _) = by_frequency(gap_counts.into_iter().map(|(gap, count)| (gap.to_string(), count)).collect());
    let length = counts.iter().map(|&count| count as usize).sum::<usize>() + documents.len();
    if gaps.len() > GAPS || length >= WORDS {
        return Err(LibraryError::TooLarge);
    }
    let numbers: HashMap<&str, u32> =
        words.iter().zip(BOUNDARY + 1..).map(|(word, number)| (word.as_str(), number)).collect();
    let gap_numbers: HashMap<&str, u16> = gaps.iter().zip(0..).map(|(gap, number)| (gap.as_str(), number)).collect();

    let mut contents = Contents::default();
    let mut books: BTreeMap<Book, u16> = BTreeMap::new();
    for document in documents {
        let next = u16::try_from(books.len()).map_err(|_| LibraryError::TooLarge)?;
        let book = *books.entry(document.book.clone()).or_insert_with(|| {
            contents.books.push(document.book.clone());
            next
        });
        contents.shelf_of.push(book);
        let mut end = 0;
        for range in word_ranges(&document.text) {
            let surface = &document.text[range.clone()];
            let word = fold(surface);
            let case = Case::ALL.into_iter().find(|case| case.write(&word) == surface).unwrap_or(Case::Odd);
            if case == Case::Odd {
                contents.odd.push((contents.settings.len() as u32, surface.to_string()));
            }
            contents.text.push(numbers[word.as_str()]);
            contents.settings.push(Setting::new(gap_numbers[&document.text[end..range.start]], case));
            end = range.end;
        }
        contents.text.push(BOUNDARY);
        contents.settings.push(Setting::new(gap_numbers[&document.text[end..]], Case::Lower));
    }
    contents.words = words;
    contents.gaps = gaps;
    contents.write()
}

impl Contents {
    /// The whole file.
    ///
    /// # Errors
    /// Lists longer than the format holds.
    pub fn write(self) -> Result<Vec<u8>, LibraryError> {
        let mut bytes = Vec::new();
        strings(&mut bytes, &self.words)?;
        strings(&mut bytes, &self.gaps)?;
        let fields: Vec<&str> = self.books.iter().flat_map(|book| [&*book.title, &book.author, &book.shelf]).collect();
        strings(&mut bytes, &fields)?;
        let odd: Vec<&str> = self.odd.iter().map(|(_, surface)| surface.as_str()).collect();
        strings(&mut bytes, &odd)?;
        let usual = self.usual();
        bytes.extend(usual.after.iter().chain(&usual.of).map(|&case| case as u8));
        if self.shelf_of.len() > STRINGS {
            return Err(LibraryError::TooLarge);
        }
        number(&mut bytes, self.shelf_of.len());
        self.shelf_of.iter().for_each(|&book| number(&mut bytes, book.into()));

        let text = self.symbols(&usual);
        let mut counts: HashMap<Symbol, usize> = HashMap::new();
        for &symbol in &text {
            *counts.entry(symbol).or_default() += 1;
        }
        let mut symbols: Vec<Symbol> = counts.keys().copied().collect();
        // Ties in the order of the lists, which contain all of them.
        symbols.sort_unstable_by_key(|symbol| (std::cmp::Reverse(counts[symbol]), *symbol));
        number(&mut bytes, symbols.len());
        bytes.extend(symbols.iter().copied().map(kind));
        let numbers: HashMap<Symbol, usize> = symbols.into_iter().zip(0..).collect();
        number(&mut bytes, self.settings.len());
        text.iter().for_each(|symbol| number(&mut bytes, numbers[symbol]));

        Ok([MAGIC.as_slice(), &pack(&bytes)?].concat())
    }

    /// The numbers of the text, each with its setting.
    fn places(&self) -> impl Iterator<Item = (u32, Setting)> {
        self.settings.iter().enumerate().filter_map(|(place, &setting)| Some((self.text.at(place)?, setting)))
    }

    fn usual(&self) -> Usual {
        let mut after = vec![[0u32; 3]; self.gaps.len()];
        let words = || self.places().filter(|&(number, setting)| number != BOUNDARY && setting.case() != Case::Odd);
        for (_, setting) in words() {
            after[usize::from(setting.gap())][setting.case() as usize] += 1;
        }
        let after: Vec<Case> = after.iter().map(commonest_case).collect();
        let mut of = vec![[0u32; 3]; self.words.len() + 1];
        for (number, setting) in words().filter(|(_, setting)| after[usize::from(setting.gap())] == Case::Lower) {
            of[number as usize][setting.case() as usize] += 1;
        }
        Usual { after, of: of.iter().map(commonest_case).collect() }
    }

    /// The text as symbols of the file.
    fn symbols(&self, usual: &Usual) -> Vec<Symbol> {
        let mut symbols = Vec::with_capacity(self.settings.len() * 5 / 4);
        for (number, setting) in self.places() {
            let (gap, case) = (setting.gap(), setting.case());
            if gap > 0 {
                symbols.push(Symbol::Gap(gap));
            }
            if case != usual.case(gap, number) && number != BOUNDARY {
                symbols.push(Symbol::Case(case));
            }
            symbols.push(Symbol::Word(number));
        }
        symbols
    }
}

/// Compresses bytes to an lzip stream: with a window that holds all of them, or with the largest one that readers accept.
fn pack(bytes: &[u8]) -> Result<Vec<u8>, LibraryError> {
    let mut length = bytes.len();
    loop {
        let mut options = LzipOptions::with_preset(9);
        let window = window(length);
        options.lzma_options.dict_size = window;
        options.lzma_options.nice_len = 273;
        let mut packed = LzipWriter::new(Vec::new(), options);
        // Writing to memory fails only where the format ends.
        let packed = packed.write_all(bytes).and_then(|()| packed.finish()).map_err(|_| LibraryError::TooLarge)?;
        if window as usize <= largest_window(packed.len()) {
            return Ok(packed);
        }
        length /= 2;
    }
}

/// The size of a window that holds this many bytes, in bytes. A header can store only multiples of a sixteenth of a power of two.
/// lzma-rust2 0.25 rounds other sizes down in the header, but then still uses the larger window when it writes.
fn window(length: usize) -> u32 {
    let length = length.clamp(1 << 12, 1 << 29);
    length.next_multiple_of(length.next_power_of_two() / 16) as u32
}

/// The most common case, by the number of words in each; in a tie, the first.
fn commonest_case(counts: &[u32; 3]) -> Case {
    Case::ALL.into_iter().zip(counts).rev().max_by_key(|&(_, count)| count).map_or(Case::Lower, |(case, _)| case)
}

/// Writes a number as LEB128.
fn number(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Writes a list of strings: how many, how many bytes, then each with a NUL after it.
fn strings(bytes: &mut Vec<u8>, strings: &[impl AsRef<str>]) -> Result<(), LibraryError> {
    let length = strings.iter().map(|string| string.as_ref().len() + 1).sum();
    if strings.len() > STRINGS || length > BYTES {
        return Err(LibraryError::TooLarge);
    }
    number(bytes, strings.len());
    number(bytes, length);
    for string in strings {
        bytes.extend(string.as_ref().bytes().chain([0]));
    }
    Ok(())
}

/// The most common first; ties in alphabetical order.
fn by_frequency(counts: HashMap<String, u32>) -> (Vec<String>, Vec<u32>) {
    let mut entries: Vec<(String, u32)> = counts.into_iter().collect();
    entries.sort_by(|(word, count), (other, than)| than.cmp(count).then_with(|| word.cmp(other)));
    entries.into_iter().unzip()
}

#[test]
fn what_repeats_itself_from_far_back_is_read_again() {
    use std::io::Read;
    // Lengths near powers of two and between them, where the window's size is rounded. The end repeats the beginning.
    for length in [5_000, 65_537, 70_000, 90_000, 131_071, 131_072, 131_073] {
        let mut state = 1u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        let mut bytes: Vec<u8> = noise.take(length - 300).collect();
        bytes.extend_from_within(..300);
        let mut read = Vec::new();
        lzma_rust2::LzipReader::new(pack(&bytes).unwrap().as_slice()).read_to_end(&mut read).unwrap();
        assert!(read == bytes, "{length} bytes");
    }
}
