//! Documents to a library file.

use super::encoder::Encoder;
use super::file::{Book, Contents, END, MAGIC};
use super::pack::{self, GAPS, Setting};
use super::transform::Suffixes;
use super::words::{fold, word_ranges, written};
use super::{BOUNDARY, LibraryError};
use std::collections::{BTreeMap, HashMap};

/// A text to put into the library.
pub struct Document {
    pub book: Book,
    pub text: String,
}

/// Builds the file of a library. Deterministic: the same documents give the same bytes.
///
/// # Errors
/// More than the format holds: 2^26 words, 2^22 documents or different words, 65,535 books, or 4,096 ways in which words are
/// divided. A character NUL, which divides strings in the file.
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
    let (words, mut counts) = by_frequency(counts);
    let (gaps, _) = by_frequency(gap_counts.into_iter().map(|(gap, count)| (gap.to_string(), count)).collect());
    let length = counts.iter().map(|&count| count as usize).sum::<usize>() + documents.len();
    if gaps.len() > GAPS || length >= 1 << 26 {
        return Err(LibraryError::TooLarge);
    }
    let numbers: HashMap<&str, u32> =
        words.iter().zip(BOUNDARY + 1..).map(|(word, number)| (word.as_str(), number)).collect();
    let gap_numbers: HashMap<&str, u16> = gaps.iter().zip(0..).map(|(gap, number)| (gap.as_str(), number)).collect();

    let mut contents = Contents::default();
    let mut books: BTreeMap<Book, u16> = BTreeMap::new();
    let mut text = Vec::with_capacity(length);
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
            let case = (0..3).find(|&case| written(&word, case) == surface).unwrap_or(3);
            if case == 3 {
                contents.odd.push((text.len() as u32, surface.to_string()));
            }
            text.push(numbers[word.as_str()]);
            contents.settings.push(Setting { gap: gap_numbers[&document.text[end..range.start]], case });
            end = range.end;
        }
        text.push(BOUNDARY);
        contents.settings.push(Setting { gap: gap_numbers[&document.text[end..]], case: 0 });
    }
    counts.insert(BOUNDARY as usize, documents.len() as u32);
    contents.counts = counts;
    contents.words = words;
    contents.gaps = gaps;
    let suffixes = Suffixes::sort(text);
    contents.write(&suffixes)
}

impl Contents {
    /// The whole file.
    ///
    /// # Errors
    /// Lists that are longer than the format holds.
    pub fn write(mut self, suffixes: &Suffixes) -> Result<Vec<u8>, LibraryError> {
        let mut coder = Encoder::new();
        self.before_text(&mut coder).map_err(|_| LibraryError::TooLarge)?;
        let mut transform = suffixes.transform();
        for place in transform.places {
            pack::number(&mut coder, place);
        }
        pack::transform(&mut coder, &mut transform.last, &self.counts);
        pack::settings(&mut coder, &suffixes.text, self.counts.len(), &mut self.settings);
        pack::number(&mut coder, END);
        Ok([MAGIC.as_slice(), &coder.finish()].concat())
    }
}

/// The commonest first; of equally common ones, in the order of their letters.
fn by_frequency(counts: HashMap<String, u32>) -> (Vec<String>, Vec<u32>) {
    let mut entries: Vec<(String, u32)> = counts.into_iter().collect();
    entries.sort_by(|(word, count), (other, than)| than.cmp(count).then_with(|| word.cmp(other)));
    entries.into_iter().unzip()
}
