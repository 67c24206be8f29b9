//! `NAME@HASH8`, the id of a model or an adapter in settings, links and results: a name that is shown, and the first 8 hexadecimal digits
//! of a SHA-256. Only the digits are compared.

/// Letters, digits, dot, underscore and hyphen, which links need not encode.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-".contains(character)
}

/// Whether a text can be the name in an id: 1 to 64 plain characters.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(is_plain)
}

/// Whether a text is 8 lower-case hexadecimal digits, as a hash in an id and a digest are.
pub fn is_hash(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text is `NAME@HASH8`.
pub fn is_id(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, hash)| is_name(name) && is_hash(hash))
}

/// The hash in an id, the part that is compared.
pub fn hash_of(id: &str) -> &str {
    id.rsplit('@').next().unwrap_or(id)
}

/// `NAME@HASH8` for any name: other characters become hyphens, and an empty name becomes `otherwise`.
pub(super) fn id(name: &str, otherwise: &str, hash8: &str) -> String {
    let name: String = name.chars().take(64).map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    format!("{}@{hash8}", if name.is_empty() { otherwise } else { &name })
}

#[test]
fn ids_by_hand() {
    for (text, good) in [
        ("fable-9m@15d25275", true),
        ("a@00000000", true),
        ("@00000000", false),
        ("a@0000000", false),
        ("a@0000000G", false),
        ("a@b@00000000", false),
        ("a b@00000000", false),
        ("00000000", false),
    ] {
        assert_eq!(is_id(text), good, "{text}");
    }
    assert!(!is_name(&"a".repeat(65)) && is_name(&"a".repeat(64)));
    assert_eq!((hash_of("a@1234abcd"), hash_of("1234abcd")), ("1234abcd", "1234abcd"));
    assert_eq!((id("my model/v2", "model", "0a"), id("", "model", "0a")), ("my-model-v2@0a".into(), "model@0a".into()));
}
