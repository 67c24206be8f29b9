//! Repairs links that were damaged on the way: mail programs, chats and spreadsheets escape, encode and cut them. A change is undone only
//! if the result can be read without problems, or with fewer.

/// Rounds of repairs: a link that was escaped twice needs two.
const ROUNDS: usize = 3;

/// Reads a fragment as it is. If that has problems, tries what may have been written and returns the reading with the fewest problems,
/// which `problems` counts.
pub fn mended<Read>(fragment: &str, read: impl Fn(&str) -> Read, problems: impl Fn(&Read) -> usize) -> Read {
    let mut best = read(fragment);
    if problems(&best) == 0 || fragment.len() > 4 * super::LONGEST {
        return best;
    }
    for candidate in candidates(fragment) {
        let other = read(&candidate);
        if problems(&other) < problems(&best) {
            best = other;
        }
    }
    best
}

/// What the fragment may originally have been, the smallest change first.
fn candidates(fragment: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Links never contain these; a line break was added where the link was wrapped.
    let mut text = fragment.replace(['\r', '\n', '\t'], "");
    for _ in 0..=ROUNDS {
        text = text.trim_start_matches('#').to_string();
        found.push(text.clone());
        found.push(without_tail(&text).to_string());
        let next = match unescape(&text) {
            Some(next) => next,
            None if is_encoded(&text) => decode(&text),
            None => break,
        };
        text = next;
    }
    // A fragment that consists only of such marks becomes empty, and an empty one reads without problems.
    found.retain(|candidate| !candidate.is_empty());
    found
}

/// Replaces HTML's `&amp;` once; a link that was escaped twice is repaired in the next round.
fn unescape(text: &str) -> Option<String> {
    let plain = text.replace("&amp;", "&").replace("&#38;", "&").replace("&#38", "&");
    (plain != text).then_some(plain)
}

/// Whether even the separators between fields are percent-encoded.
fn is_encoded(text: &str) -> bool {
    let first = text.split('&').next().unwrap_or_default().to_ascii_lowercase();
    ["%3d", "%253d", "%23", "%2523"].iter().any(|mark| first.contains(mark))
}

/// Percent-decodes once. A plus sign stays, because links write spaces so.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| bytes[at] == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    // Bytes that are not UTF-8 are damage of another kind, which cannot be repaired.
    String::from_utf8(plain).unwrap_or_else(|_| text.to_string())
}

/// Removes punctuation after the link. Nothing is cut from a prompt, which may end in punctuation.
fn without_tail(text: &str) -> &str {
    const MARKS: &str = ".,;:!?)]}>\"'`*_ \u{2019}\u{201d}\u{bb}\u{200b}\u{feff}\u{a0}\u{2026}";
    const ENCODED: [&str; 14] = [
        "%0d",
        "%0a",
        "%09",
        "%20",
        "%22",
        "%27",
        "%29",
        "%3e",
        "%5d",
        "%e2%80%8b",
        "%ef%bb%bf",
        "%c2%a0",
        "&gt;",
        "&quot;",
    ];
    let ends_in_prompt = |text: &str| {
        let name = text.rsplit('&').next().unwrap_or_default().split('=').next().unwrap_or_default();
        name.strip_prefix('p').is_some_and(|number| number.is_empty() || is_number(number))
    };
    let mut rest = text;
    while !ends_in_prompt(rest) {
        // First escapes, which end in such a mark themselves.
        let lower = rest.to_ascii_lowercase();
        let encoded = ENCODED.iter().find(|mark| lower.ends_with(*mark)).map_or(0, |mark| mark.len());
        let shorter = rest[..rest.len() - encoded].trim_end_matches(|mark| MARKS.contains(mark));
        if shorter.len() == rest.len() {
            break;
        }
        rest = shorter;
    }
    rest
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
/// Percent-encodes everything but letters and digits, as JavaScript's encodeURIComponent does for the characters of a link.
fn encode(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'*' => (byte as char).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

#[cfg(test)]
/// Typical damage to a link.
pub(crate) fn damages(link: &str) -> Vec<String> {
    let escaped = link.replace('&', "&amp;");
    let mut damaged = vec![
        escaped.clone(),
        escaped.replace('&', "&amp;"),
        encode(link),
        encode(&encode(link)),
        encode(&link[1..]),
        encode(&escaped),
        format!("{link}&gt;"),
        format!("{}\r\n{}", &link[..30], &link[30..]),
    ];
    let tails = [
        "\n", "\r\n", ".", ",", ")", ").", ">", "\"", "\">", "%0A", "%22", "%3E", "%29", "%20", "\u{200b}", "\u{201d}",
    ];
    damaged.extend(tails.iter().map(|tail| format!("{link}{tail}")));
    damaged.extend(tails.iter().map(|tail| format!("{escaped}{tail}")));
    damaged
}

#[cfg(test)]
mod tests {
    use super::super::{read, write};
    use super::damages;
    use crate::story::Settings;

    #[test]
    fn a_storys_link_is_repaired() {
        let prompt = "The bear & the \u{201c}moon\u{201d} #1 \u{2014} 50% off +1 &amp; more.";
        let settings = Settings { prompt: prompt.into(), ..Settings::default() };
        for digest in [Some("89abcdef"), None] {
            let link = write(&settings, Some("fable-9m@0123abcd"), digest);
            let whole = read(&link);
            assert_eq!(whole.problems, Vec::<String>::new());
            for damaged in damages(&link) {
                assert_eq!(read(&damaged), whole, "{damaged}");
            }
        }
    }

    #[test]
    fn what_reads_well_is_not_touched() {
        for (link, prompt) in [
            ("#v=1&p=Once.", "Once."),
            ("#v=1&p=a%26amp%3Bb", "a&amp;b"),
            ("#v=1&p=%2541", "%41"),
            ("#v=1&p=1%2B1", "1+1"),
            ("#v=1&t=0.5&p=Say+%22yes%22", "Say \"yes\""),
        ] {
            assert_eq!(read(link).settings.unwrap().prompt, prompt, "{link}");
        }
    }

    #[test]
    fn what_is_no_link_is_no_story() {
        for fragment in ["#hello", "#%%%&&&===", "#v%3", "#%22"] {
            let read = read(fragment);
            assert_eq!(read.settings, None, "{fragment}");
            assert!(read.problems.iter().any(|problem| problem.contains("damaged")), "{fragment}: {:?}", read.problems);
        }
        // A part of a link that was cut before its prompt.
        let cut = read("#v=1&model=fable-9m@0123abcd&engine=2");
        assert_eq!(cut.settings, None);
        assert!(cut.problems.iter().any(|problem| problem.contains("incomplete")), "{:?}", cut.problems);
    }
}
