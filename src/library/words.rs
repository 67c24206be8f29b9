//! The definition of a word, for the library, for stories and for human texts.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The words of a text in order: Unicode words (UAX #29), also split at ASCII punctuation inside them, except apostrophes.
/// So "don't" is one word, and "well-known", "end.Start" and "3.14" are two.
pub fn word_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.unicode_word_indices().flat_map(|(start, word)| {
        word.split(|c: char| c.is_ascii_punctuation() && c != '\'').filter_map(move |part| {
            let part = part.trim_matches(['\'', '’']);
            let start = start + (part.as_ptr() as usize - word.as_ptr() as usize);
            (!part.is_empty()).then_some(start..start + part.len())
        })
    })
}

/// A word in the form that is compared: lower case, with a plain apostrophe.
pub fn fold(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

/// The folded words of a text.
pub fn words(text: &str) -> Vec<String> {
    word_ranges(text).map(|range| fold(&text[range])).collect()
}

#[test]
fn words_fold_case_and_leave_punctuation_out() {
    assert_eq!(words("\"Don't,\" said the Fox -- twice.\n"), ["don't", "said", "the", "fox", "twice"]);
    assert_eq!(
        words("Don’t 'tis the dogs' _own_ well-known end.Start 3.14"),
        ["don't", "tis", "the", "dogs", "own", "well", "known", "end", "start", "3", "14"]
    );
    assert!(words(" ... ' ").is_empty());
    assert_eq!(words("L'ÉTÉ naïve"), ["l'été", "naïve"]);
    let text = "“Ça va?” said Zoë.";
    assert_eq!(word_ranges(text).map(|range| &text[range]).collect::<Vec<_>>(), ["Ça", "va", "said", "Zoë"]);
}
