//! The bytes of every token.

/// Byte strings by token id, in one buffer.
#[derive(Default)]
pub struct Pieces {
    bytes: Vec<u8>,
    /// Where each one ends in `bytes`.
    ends: Vec<usize>,
}

impl Pieces {
    /// Adds the bytes of the next token.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a token; empty for an unknown id.
    pub fn get(&self, id: u32) -> &[u8] {
        let index = id as usize;
        let Some(&end) = self.ends.get(index) else { return &[] };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..end]
    }
}

/// The byte of a SentencePiece token `<0xNN>`.
pub fn byte_token(piece: &[u8]) -> Option<u8> {
    let digits = piece.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    let hexadecimal = digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit);
    u8::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| hexadecimal)?, 16).ok()
}

#[test]
fn byte_tokens_by_hand() {
    assert_eq!(byte_token(b"<0x0A>"), Some(b'\n'));
    for other in ["<0x0>", "<0x+A>", "<0x0A", "0x0A", "<0xGG>", ""] {
        assert_eq!(byte_token(other.as_bytes()), None, "{other}");
    }
}
