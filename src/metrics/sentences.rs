//! Where sentences begin and end.

use std::ops::Range;

/// The sentences of a text, without surrounding space. A sentence ends at a line end, or before a space after a full stop, question
/// mark or exclamation mark with any closing quotation marks and brackets. "Mr." and a few more abbreviations do not end one.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    let mut ending = false;
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        ending = match character {
            '.' => !abbreviated(&text[start..at]),
            '!' | '?' => true,
            '"' | '\'' | '”' | '’' | ')' | ']' => ending,
            _ => false,
        };
        if character == '\n' || ending && next.is_none_or(char::is_whitespace) {
            push(text, start..at + character.len_utf8(), &mut found);
            start = at + character.len_utf8();
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let sentence = &text[range.clone()];
    let start = range.start + sentence.len() - sentence.trim_start().len();
    let sentence = sentence.trim();
    if sentence.contains(char::is_alphanumeric) {
        found.push(start..start + sentence.len());
    }
}

fn abbreviated(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ["Mr", "Mrs", "Ms", "Dr", "St", "Messrs"].contains(&word)
}

#[test]
fn sentences_by_hand() {
    let told = |text: &'static str| sentences(text).into_iter().map(|range| &text[range]).collect::<Vec<_>>();
    assert_eq!(
        told("A fox ran. \"Stop!\" cried Mr. Crow. Did it?"),
        ["A fox ran.", "\"Stop!\"", "cried Mr. Crow.", "Did it?"]
    );
    assert_eq!(told("One line\nand 3.5 more...  (The end.)\n\n"), ["One line", "and 3.5 more...", "(The end.)"]);
    assert_eq!(told(" ... ! "), Vec::<&str>::new());
    assert_eq!(told(""), Vec::<&str>::new());
}
