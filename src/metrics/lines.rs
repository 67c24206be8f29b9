//! How a text is divided into lines, which separates verse from prose.

use crate::library::{fold, word_ranges};
use serde::{Deserialize, Serialize};

/// Rhymes are searched within this many lines: in a quatrain with rhymes abba, the first line rhymes with the last.
const REACH: usize = 3;

/// The lines of a text. A line has at least one word and ends at a line break or at the end of the text. The first may continue the
/// prompt's last line, and the last may be cut off; they count like the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// Lines of the text.
    pub lines: usize,
    /// Mean number of words per line.
    pub mean_words_per_line: Option<f64>,
    /// Standard deviation of the words per line, divided by their mean: 0 if all lines have the same length. None for one line.
    pub line_length_variation: Option<f64>,
    /// See [`rhyming_line_ends`]; 0 to 1.
    pub rhyming_line_ends: Option<f64>,
}

impl Lines {
    pub fn new(text: &str) -> Self {
        let lengths: Vec<f64> =
            text.split('\n').map(|line| word_ranges(line).count() as f64).filter(|&words| words > 0.0).collect();
        let lines = lengths.len();
        let count = lines as f64;
        let mean = (lines > 0).then(|| lengths.iter().sum::<f64>() / count);
        let variation = mean.filter(|_| lines > 1).map(|mean| {
            let squares: f64 = lengths.iter().map(|length| (length - mean) * (length - mean)).sum();
            (squares / count).sqrt() / mean
        });
        Self {
            lines,
            mean_words_per_line: mean,
            line_length_variation: variation,
            rhyming_line_ends: rhyming_line_ends(text),
        }
    }
}

/// The share of line ends that rhyme by spelling with another at most three lines away: the last words differ, and their
/// [endings](ending) are the same letters. Only lines that end with a line break count; none with fewer than two of them.
///
/// Spelling is not sound: "love" and "move" count as a rhyme, "high" and "sky" do not.
pub fn rhyming_line_ends(text: &str) -> Option<f64> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let last_word = |line: &str| word_ranges(line).last().map(|range| fold(&line[range]));
    let ends: Vec<String> = whole.split('\n').filter_map(last_word).collect();
    let rhymes = |at: usize| {
        let near = at.saturating_sub(REACH)..(at + REACH + 1).min(ends.len());
        near.into_iter().any(|other| ends[other] != ends[at] && ending(&ends[other]) == ending(&ends[at]))
    };
    let rhyming = (0..ends.len()).filter(|&at| rhymes(at)).count();
    (ends.len() > 1).then(|| rhyming as f64 / ends.len() as f64)
}

/// The letters that must be equal in a rhyme: from the last group of vowels (a, e, i, o, u, y) to the end. If that is an ending that is
/// rarely stressed (e, ed, es, er, ers, ing, y), from the group before it, if there is one.
fn ending(word: &str) -> &str {
    const UNSTRESSED: [&str; 7] = ["e", "ed", "es", "er", "ers", "ing", "y"];
    let groups: Vec<usize> = {
        let mut before = false;
        let mut starts = Vec::new();
        for (at, letter) in word.char_indices() {
            let vowel = "aeiouy".contains(letter);
            if vowel && !before {
                starts.push(at);
            }
            before = vowel;
        }
        starts
    };
    let from = |place: usize| groups.len().checked_sub(place).map(|index| &word[groups[index]..]);
    let last = from(1).unwrap_or(word);
    if UNSTRESSED.contains(&last) { from(2).unwrap_or(last) } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_by_hand() {
        for (word, letters) in [
            ("day", "ay"),
            ("stone", "one"),
            ("me", "e"),
            ("walked", "alked"),
            ("king", "ing"),
            ("singing", "inging"),
            ("river", "iver"),
            ("city", "ity"),
            ("sky", "y"),
            ("night", "ight"),
            ("hmm", "hmm"),
            ("", ""),
        ] {
            assert_eq!(ending(word), letters, "{word}");
        }
    }

    #[test]
    fn rhymes_by_hand() {
        // abab; the fifth line is cut off and does not count.
        let verse = "the dreary day,\nand all the night\nI went away\nby candle-light.\nUnder the";
        assert_eq!(rhyming_line_ends(verse), Some(1.0));
        // Blank lines do not count; the same word twice is not a rhyme.
        assert_eq!(rhyming_line_ends("a day\n\na day\nan hour\n"), Some(0.0));
        assert_eq!(rhyming_line_ends("to Rome\nat sea\nat home\na lamp\n"), Some(0.5));
        // Four lines away is too far.
        assert_eq!(rhyming_line_ends("my day\na b\nc d\ne f\nyour way\n"), Some(0.0));
        assert_eq!(rhyming_line_ends("one line\nand another"), None);
        assert_eq!(rhyming_line_ends(""), None);
    }

    #[test]
    fn lines_by_hand() {
        let found = Lines::new("one two three\n\n -- \nfour\n");
        assert_eq!((found.lines, found.mean_words_per_line), (2, Some(2.0)));
        assert_eq!(found.line_length_variation, Some(0.5));
        assert_eq!(Lines::new("only prose, without an end").line_length_variation, None);
        assert_eq!(Lines::new("\n"), Lines::default());
    }
}
