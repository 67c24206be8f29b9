//! Text to token ids and back: byte-level BPE from a `tokenizer.json`.

use super::{ModelError, ModelInfo};

/// A byte-level BPE tokenizer. Any text survives the round trip, and a special token's name in a text is
/// ordinary text: a prompt can never smuggle in an end of story.
pub struct Tokenizer {
    tokenizer: tokenizers::Tokenizer,
    /// The bytes of each token, by id; empty for special tokens.
    bytes: Vec<Vec<u8>>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    pub fn new(json: &[u8]) -> Result<Self, ModelError> {
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| ModelError::Tokenizer(error.to_string().lines().next().unwrap_or_default().into()))?;
        tokenizer.set_encode_special_tokens(true);
        let special: std::collections::BTreeSet<u32> = tokenizer
            .get_added_tokens_decoder()
            .into_iter()
            .filter(|(_, token)| token.special)
            .map(|(id, _)| id)
            .collect();
        let bytes = (0..tokenizer.get_vocab_size(true) as u32)
            .map(|id| {
                if special.contains(&id) {
                    return Ok(Vec::new());
                }
                let piece = tokenizer.id_to_token(id).unwrap_or_default();
                piece.chars().map(byte_of).collect::<Option<Vec<u8>>>().ok_or_else(|| {
                    ModelError::Tokenizer(format!(
                        "token {id} ({piece:?}) is not byte-level; only byte-level BPE is supported"
                    ))
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { tokenizer, bytes })
    }

    /// Tokens in the vocabulary, special ones included.
    pub fn vocabulary(&self) -> usize {
        self.bytes.len()
    }

    /// Whether this tokenizer speaks the model's vocabulary.
    pub fn check_fits(&self, model: &ModelInfo) -> Result<(), ModelError> {
        let (model, tokenizer) = (model.shape.vocabulary, self.vocabulary());
        if model == tokenizer { Ok(()) } else { Err(ModelError::Vocabulary { model, tokenizer }) }
    }

    /// The token ids of a text, without begin or end tokens.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let encoding =
            self.tokenizer.encode_fast(text, false).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of token ids; bytes that are no UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let bytes: Vec<u8> = ids.iter().flat_map(|&id| self.token_bytes(id)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The bytes of one token; empty for special and unknown ids.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.bytes.get(id as usize).map_or(&[], Vec::as_slice)
    }
}

/// The byte that a character of a byte-level token stands for. GPT-2's table: printable bytes stand for
/// themselves, the other 68 for U+0100 onwards, in order.
fn byte_of(character: char) -> Option<u8> {
    let stands_for_itself = |byte: u32| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let code = u32::from(character);
    if code < 0x100 {
        return stands_for_itself(code).then_some(code as u8);
    }
    (0..0x100).filter(|&byte| !stands_for_itself(byte)).nth((code - 0x100) as usize).map(|byte| byte as u8)
}

/// Turns tokens into text one at a time. A character whose bytes are spread over several tokens appears
/// with the last of them; the pieces joined are always the lossy decoding of all bytes.
#[derive(Default)]
pub struct StoryDecoder {
    pending: Vec<u8>,
}

impl StoryDecoder {
    /// The text that this token completes, perhaps none.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let incomplete = self.pending.utf8_chunks().last().map_or(0, |chunk| {
            let tail = chunk.invalid();
            // Only a sequence cut off by the end of input can still be completed.
            let cut_off = std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none());
            if cut_off { tail.len() } else { 0 }
        });
        let complete: Vec<u8> = self.pending.drain(..self.pending.len() - incomplete).collect();
        String::from_utf8_lossy(&complete).into_owned()
    }

    /// What is left when the story ends inside a character.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_byte_table_is_a_bijection() {
        let bytes: Vec<u8> = (0..0x200).filter_map(char::from_u32).filter_map(byte_of).collect();
        let distinct: std::collections::BTreeSet<u8> = bytes.iter().copied().collect();
        assert_eq!((bytes.len(), distinct.len()), (256, 256));
        assert_eq!((byte_of('Ġ'), byte_of('Ċ'), byte_of('a')), (Some(b' '), Some(b'\n'), Some(b'a')));
    }

    proptest! {
        #[test]
        fn streamed_pieces_join_to_the_lossy_text(bytes: Vec<u8>, cuts in prop::collection::vec(1usize..5, 1..200)) {
            let mut decoder = StoryDecoder::default();
            let mut text = String::new();
            let mut rest = bytes.as_slice();
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                text += &decoder.push(head);
                rest = tail;
            }
            text += &decoder.finish();
            prop_assert_eq!(text, String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn valid_text_never_waits_longer_than_its_character(text: String) {
            let mut decoder = StoryDecoder::default();
            for character in text.chars() {
                let mut buffer = [0; 4];
                prop_assert_eq!(decoder.push(character.encode_utf8(&mut buffer).as_bytes()), character.to_string());
            }
        }
    }
}
