//! Decodes the bytes of tokens to text, one token at a time.

/// Turns tokens into text, one at a time. A character whose bytes are spread over several tokens appears
/// with the last of them. The pieces together are always the lossy decoding of all bytes.
#[derive(Default)]
pub struct StoryDecoder {
    pending: Vec<u8>,
}

impl StoryDecoder {
    /// The text that this token completes; may be empty.
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

    /// The rest, if the story ends inside a character.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
