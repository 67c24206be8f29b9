//! Text and JSON from other programs, without the byte-order mark and Windows line ends that some of them add. Both would
//! change results.

use serde::{Deserialize, Deserializer};

/// A file's bytes without a byte-order mark. For JSON, where line ends do not matter.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// A text without a byte-order mark, with `\n` as line end.
pub fn plain_text(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into() }
}

/// Reads a JSON string as [`plain_text`]; for `#[serde(deserialize_with)]`.
pub fn plain_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(plain_text(&String::deserialize(deserializer)?))
}

/// The same, where the text may be missing.
pub fn plain_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(|text: String| plain_text(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_line_ends_are_dropped() {
        assert_eq!(plain_text("\u{feff}One.\r\nTwo.\rThree.\n\r\n"), "One.\nTwo.\nThree.\n\n");
        // In the middle, it is an ordinary character.
        assert_eq!(plain_text("One\u{feff}two"), "One\u{feff}two");
        assert_eq!(plain_text(""), "");
        assert_eq!(without_mark(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!((without_mark(b"{}"), without_mark(b"\xef\xbb")), (b"{}".as_slice(), b"\xef\xbb".as_slice()));
    }

    #[test]
    fn texts_in_json_are_plain() {
        #[derive(Deserialize)]
        struct Line {
            #[serde(deserialize_with = "plain_string")]
            text: String,
            #[serde(default, deserialize_with = "plain_option")]
            prompt: Option<String>,
        }
        let read = |json| serde_json::from_str::<Line>(json).map(|line| (line.text, line.prompt)).unwrap();
        assert_eq!(read(r#"{"text": "\ufeffA\r\nB", "prompt": "C\rD"}"#), ("A\nB".into(), Some("C\nD".into())));
        assert_eq!(read(r#"{"text": "A"}"#), ("A".into(), None));
        assert_eq!(read(r#"{"text": "A", "prompt": null}"#), ("A".into(), None));
    }
}
