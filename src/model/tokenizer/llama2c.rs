//! llama2.c's `tokenizer.bin`: SentencePiece BPE, encoded as its `run.c` does.

use super::pieces::{Pieces, byte_token};
use crate::model::ModelError;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Ids 0, 1 and 2: unknown, beginning and end. They write nothing, and no text produces them.
const SPECIAL: usize = 3;
/// Stands for a character that the vocabulary has no token for.
const UNKNOWN: u32 = 0;
/// `run.c` merges no pair with a lower score.
const LOWEST_SCORE: f32 = -1e10;
/// More tokens than any vocabulary has.
const MOST_TOKENS: usize = 1 << 18;

/// Tokens with their scores, which determine which pair is merged first.
pub struct Merger {
    scores: Vec<f32>,
    /// Ids of the tokens that text can produce, sorted by their bytes and then by id.
    sorted: Vec<u32>,
    /// The token of each byte, for characters that have none.
    bytes: [Option<u32>; 256],
}

/// A pair to merge. The best pair is the largest: first by score, then by place in the text.
type Candidate = (Score, Reverse<usize>, u32, u32, u32);

#[derive(PartialEq)]
struct Score(f32);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Reads a `tokenizer.bin`: the length of the longest token, then for each token its score (f32), its length (i32)
/// and its bytes, to the end of the file.
pub fn read(file: &[u8]) -> Result<(Merger, Pieces), ModelError> {
    let damaged = |what: &str| ModelError::Tokenizer(format!("tokenizer.bin {what}"));
    let (_longest, mut rest) = file.split_first_chunk::<4>().ok_or_else(|| damaged("is cut short"))?;
    let mut pieces = Pieces::default();
    let mut merger = Merger { scores: Vec::new(), sorted: Vec::new(), bytes: [None; 256] };
    while !rest.is_empty() {
        let id = pieces.len();
        let (score, after) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("is cut short"))?;
        let (length, after) = after.split_first_chunk::<4>().ok_or_else(|| damaged("is cut short"))?;
        let length = usize::try_from(i32::from_le_bytes(*length)).ok();
        let split = length.and_then(|length| after.split_at_checked(length));
        let (piece, after) = split.ok_or_else(|| damaged(&format!("ends within its token {id}")))?;
        rest = after;
        let score = f32::from_le_bytes(*score);
        if !score.is_finite() || id == MOST_TOKENS {
            return Err(damaged(&format!("is damaged at its token {id}")));
        }
        // Adding 0 turns -0 into 0, which scores the same.
        merger.scores.push(score + 0.0);
        if id < SPECIAL {
            pieces.push(&[]);
        } else if let Some(byte) = byte_token(piece) {
            merger.bytes[usize::from(byte)].get_or_insert(id as u32);
            pieces.push(&[byte]);
        } else {
            merger.sorted.push(id as u32);
            pieces.push(piece);
        }
    }
    if pieces.len() <= SPECIAL {
        return Err(damaged("holds no tokens"));
    }
    merger.sorted.sort_by_key(|&id| (pieces.get(id), id));
    Ok((merger, pieces))
}

/// A token of a text during merging, linked to its neighbours.
struct Link {
    token: u32,
    before: usize,
    after: usize,
}

/// No neighbour.
const NONE: usize = usize::MAX;

impl Merger {
    /// `run.c`'s encode, without its beginning token: puts a space before the text, takes a token for each character or its
    /// bytes, then repeatedly merges the best pair (in a tie, the first).
    pub fn encode(&self, text: &str, pieces: &Pieces) -> Vec<u32> {
        let mut links: Vec<Link> = Vec::new();
        let prefix = if text.is_empty() { "" } else { " " };
        for character in prefix.chars().chain(text.chars()) {
            self.spell(character, pieces, |token| {
                let index = links.len();
                links.push(Link { token, before: index.wrapping_sub(1), after: index + 1 });
            });
        }
        let Some(last) = links.last_mut() else { return Vec::new() };
        last.after = NONE;
        let mut candidates = BinaryHeap::new();
        for index in 0..links.len() {
            candidates.extend(self.candidate(&links, index, pieces));
        }
        while let Some((_, Reverse(index), left, right, merged)) = candidates.pop() {
            // Either side may have been merged since.
            let after = links[index].after;
            if links[index].token != left || after == NONE || links[after].token != right {
                continue;
            }
            links[index].token = merged;
            let beyond = links[after].after;
            links[index].after = beyond;
            links[after].token = GONE;
            if beyond != NONE {
                links[beyond].before = index;
            }
            candidates.extend(self.candidate(&links, index, pieces));
            let before = links[index].before;
            if before != NONE {
                candidates.extend(self.candidate(&links, before, pieces));
            }
        }
        links.into_iter().map(|link| link.token).filter(|&token| token != GONE).collect()
    }

    /// The token of a character, or those of its bytes.
    fn spell(&self, character: char, pieces: &Pieces, mut write: impl FnMut(u32)) {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        if let Some(token) = self.find(bytes, &[], pieces) {
            return write(token);
        }
        let fallback: Option<Vec<u32>> = bytes.iter().map(|&byte| self.bytes[usize::from(byte)]).collect();
        match fallback {
            Some(tokens) => tokens.into_iter().for_each(write),
            None => write(UNKNOWN),
        }
    }

    /// The pair of this token and the next, if it makes a token.
    fn candidate(&self, links: &[Link], index: usize, pieces: &Pieces) -> Option<Candidate> {
        let after = links[index].after;
        if after == NONE {
            return None;
        }
        let (left, right) = (links[index].token, links[after].token);
        // A byte of a character without a token cannot be part of a longer token.
        let whole =
            |token: u32| pieces.get(token).len() != 1 || self.bytes[usize::from(pieces.get(token)[0])] != Some(token);
        if left == UNKNOWN || right == UNKNOWN || !whole(left) || !whole(right) {
            return None;
        }
        let merged = self.find(pieces.get(left), pieces.get(right), pieces)?;
        let score = self.scores[merged as usize];
        (score > LOWEST_SCORE).then_some((Score(score), Reverse(index), left, right, merged))
    }

    /// The first token whose bytes are the two byte strings together.
    fn find(&self, left: &[u8], right: &[u8], pieces: &Pieces) -> Option<u32> {
        let wanted = || left.iter().chain(right);
        let place = self.sorted.partition_point(|&id| pieces.get(id).iter().lt(wanted()));
        self.sorted.get(place).copied().filter(|&id| pieces.get(id).iter().eq(wanted()))
    }
}

/// Marks a token that was merged into the one before. It is never an id, because vocabularies are smaller.
const GONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file of these tokens after the special ones and those of all bytes.
    fn file(tokens: &[(f32, String)]) -> Vec<u8> {
        let mut all: Vec<(f32, String)> =
            ["<unk>", "\n<s>\n", "\n</s>\n"].iter().map(|piece| (0.0, piece.to_string())).collect();
        all.extend((0..256).map(|byte| (0.0, format!("<0x{byte:02X}>"))));
        all.extend_from_slice(tokens);
        let mut file = 9u32.to_le_bytes().to_vec();
        for (score, piece) in all {
            file.extend(score.to_le_bytes());
            file.extend((piece.len() as i32).to_le_bytes());
            file.extend(piece.as_bytes());
        }
        file
    }

    /// run.c, word for word.
    fn naive(tokens: &[(f32, String)], text: &str) -> Vec<u32> {
        let first = 3 + 256;
        let spelled = |piece: &str| tokens.iter().position(|(_, token)| token == piece).map(|index| index + first);
        let mut ids: Vec<usize> = Vec::new();
        if !text.is_empty() {
            ids.push(spelled(" ").unwrap_or(usize::from(b' ') + 3));
        }
        for character in text.chars() {
            match spelled(&character.to_string()) {
                Some(id) => ids.push(id),
                None => ids.extend(character.to_string().bytes().map(|byte| usize::from(byte) + 3)),
            }
        }
        loop {
            let mut best: Option<(f32, usize, usize)> = None;
            for index in 1..ids.len() {
                let name = |id: usize| match id.checked_sub(first) {
                    Some(index) => tokens[index].1.clone(),
                    None => format!("<0x{:02X}>", id - 3),
                };
                if let Some(id) = spelled(&(name(ids[index - 1]) + &name(ids[index]))) {
                    let score = tokens[id - first].0;
                    if score > best.map_or(LOWEST_SCORE, |(score, ..)| score) {
                        best = Some((score, index - 1, id));
                    }
                }
            }
            let Some((_, index, id)) = best else { break };
            ids[index] = id;
            ids.remove(index + 1);
        }
        ids.into_iter().map(|id| id as u32).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_heap_merges_as_run_c_does(
            tokens in prop::collection::vec((-6i8..0, "[ abé]{1,4}"), 0..30),
            text in "[ abcé]{0,24}",
        ) {
            let tokens: Vec<(f32, String)> = tokens.into_iter().map(|(score, piece)| (f32::from(score), piece)).collect();
            let (merger, pieces) = read(&file(&tokens)).unwrap();
            let ids = merger.encode(&text, &pieces);
            prop_assert_eq!(&ids, &naive(&tokens, &text));
            let bytes: Vec<u8> = ids.iter().flat_map(|&id| pieces.get(id)).copied().collect();
            let expected = if text.is_empty() { String::new() } else { format!(" {text}") };
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }

    #[test]
    fn no_text_spells_a_special_token() {
        let steps = ["<", "s", ">", "<s", "\n<s", "\n<s>", "<u", "<un", "<unk"];
        let tokens: Vec<(f32, String)> = steps.iter().map(|piece| (-1.0, piece.to_string())).collect();
        let (merger, pieces) = read(&file(&tokens)).unwrap();
        for text in ["\n<s>\n", "<s>", "<unk>", "\n</s>\n"] {
            assert!(merger.encode(text, &pieces).iter().all(|&id| id as usize >= SPECIAL), "{text:?}");
        }
    }
}
