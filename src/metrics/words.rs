//! What counts as a word.

use unicode_segmentation::UnicodeSegmentation;

/// The words of a text in order, in lower case, without punctuation: Unicode's word boundaries (UAX #29),
/// so "don't" is one word.
pub fn words(text: &str) -> Vec<String> {
    text.unicode_words().map(str::to_lowercase).collect()
}

#[test]
fn words_fold_case_and_leave_punctuation_out() {
    assert_eq!(words("\"Don't,\" said the Fox -- twice.\n"), ["don't", "said", "the", "fox", "twice"]);
    assert!(words(" ... ").is_empty());
    assert_eq!(words("L'ÉTÉ naïve"), ["l'été", "naïve"]);
}
