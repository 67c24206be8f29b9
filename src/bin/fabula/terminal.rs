//! Safe output to a terminal. Names, titles and messages contain text from files and links. A control character in it could move the
//! cursor, change colours or overwrite other output.

use std::borrow::Cow;
use std::io::IsTerminal;

/// A text that may come from a file or a link, with all control characters escaped, including line ends and tabs.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, is_control)
}

/// A story or a part of one. For a terminal, control characters are escaped except line ends and tabs; for a file or a pipe, nothing
/// is.
pub fn story(text: &str) -> Cow<'_, str> {
    if std::io::stdout().is_terminal() { lines(text) } else { text.into() }
}

fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| is_control(character) && !matches!(character, '\n' | '\t'))
}

/// Control characters of ASCII and Latin-1, and those that change the writing direction.
fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_bad) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_bad(character) { escaped.extend(character.escape_default()) } else { escaped.push(character) }
    }
    escaped.into()
}

#[test]
fn control_characters_are_escaped() {
    assert_eq!(shown("\u{1b}]0;owned\u{7} a\rb\u{9b}2J\u{7f}"), "\\u{1b}]0;owned\\u{7} a\\rb\\u{9b}2J\\u{7f}");
    assert_eq!(shown("Zoë said: “你好”\n"), "Zoë said: “你好”\\n");
    assert_eq!(shown("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
    assert_eq!(lines("One,\ttwo\nthree\u{1b}[31m\r"), "One,\ttwo\nthree\\u{1b}[31m\\r");
    assert!(matches!(shown("plain"), Cow::Borrowed("plain")));
}
