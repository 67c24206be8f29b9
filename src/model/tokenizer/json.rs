//! `tokenizer.json` of Hugging Face's tokenizers library: byte-level BPE and SentencePiece BPE.

use super::pieces::{Pieces, byte_token};
use crate::model::ModelError;
use std::collections::BTreeSet;
use tokenizers::ModelWrapper;

/// A tokenizer of the library, and the special tokens that a text must not produce.
pub struct Json {
    tokenizer: tokenizers::Tokenizer,
    special: BTreeSet<u32>,
}

/// How a token's text represents bytes.
enum Writing {
    /// GPT-2's table of characters, one per byte.
    ByteLevel,
    /// "▁" for a space, and `<0xNN>` for a byte.
    SentencePiece,
}

/// Reads a `tokenizer.json`.
pub fn read(json: &[u8]) -> Result<(Json, Pieces), ModelError> {
    check_parts(json)?;
    let mut tokenizer = tokenizers::Tokenizer::from_bytes(json)
        .map_err(|error| ModelError::Tokenizer(error.to_string().lines().next().unwrap_or_default().into()))?;
    let ModelWrapper::BPE(mut model) = tokenizer.get_model().clone() else {
        return Err(ModelError::Tokenizer("only tokenizers of the BPE kind are supported".into()));
    };
    // Settings for training are turned off: with them, a text would be truncated, padded, or split at random.
    tokenizer.with_padding(None).with_truncation(None).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
    if model.dropout.take().is_some() {
        tokenizer.with_model(model.clone());
    }
    let unknown = model.get_unk_token().as_deref().and_then(|token| tokenizer.token_to_id(token));
    tokenizer.set_encode_special_tokens(true);
    let added = tokenizer.get_added_tokens_decoder();
    let mut special: BTreeSet<u32> = added.into_iter().filter(|(_, token)| token.special).map(|(id, _)| id).collect();
    let writing = writing(&tokenizer);
    let mut pieces = Pieces::default();
    for id in 0..tokenizer.get_vocab_size(true) as u32 {
        if special.contains(&id) || Some(id) == unknown {
            pieces.push(&[]);
            continue;
        }
        let piece = tokenizer.id_to_token(id).unwrap_or_default();
        match writing {
            Writing::ByteLevel => pieces.push(&byte_level(&piece).ok_or_else(|| {
                ModelError::Tokenizer(format!(
                    "token {id} ({piece:?}) is not byte-level; byte-level and SentencePiece BPE are supported"
                ))
            })?),
            Writing::SentencePiece => match byte_token(piece.as_bytes()) {
                Some(byte) => pieces.push(&[byte]),
                None => pieces.push(piece.replace('▁', " ").as_bytes()),
            },
        }
    }
    // The token for unknown characters may occur in any text.
    special.retain(|&id| Some(id) != unknown);
    Ok((Json { tokenizer, special }, pieces))
}

/// Refuses what makes the library panic (tokenizers 0.23): a decoder that is not a JSON object, and normalizers with a
/// character map, which tokenizers of these kinds never have.
fn check_parts(json: &[u8]) -> Result<(), ModelError> {
    /// Everything else, above all the large vocabulary, is skipped.
    #[derive(serde::Deserialize)]
    struct Parts {
        #[serde(default)]
        decoder: serde_json::Value,
        #[serde(default)]
        normalizer: serde_json::Value,
    }
    let parts: Parts = serde_json::from_slice(json).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
    if !matches!(parts.decoder, serde_json::Value::Object(_) | serde_json::Value::Null) {
        return Err(ModelError::Tokenizer("its decoder is not an object".into()));
    }
    if parts.normalizer.to_string().contains("recompiled") {
        return Err(ModelError::Tokenizer("its normalizer \"Precompiled\" is not supported".into()));
    }
    Ok(())
}

impl Json {
    /// The token ids of a text, without begin or end tokens.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let encoding =
            self.tokenizer.encode_fast(text, false).map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        let ids = encoding.get_ids();
        // Only unusual merges can produce one, but the guarantee must hold for unusual files too.
        if let Some(&id) = ids.iter().find(|id| self.special.contains(id)) {
            let name = self.tokenizer.id_to_token(id).unwrap_or_default();
            return Err(ModelError::Tokenizer(format!("it makes a special token of the text {name:?}")));
        }
        Ok(ids.to_vec())
    }
}

/// The decoder determines how tokens are written.
fn writing(tokenizer: &tokenizers::Tokenizer) -> Writing {
    let decoder = tokenizer.get_decoder().and_then(|decoder| serde_json::to_string(decoder).ok()).unwrap_or_default();
    let sentence_piece = ["\"ByteFallback\"", "\"Metaspace\"", "▁"].iter().any(|mark| decoder.contains(mark));
    if sentence_piece { Writing::SentencePiece } else { Writing::ByteLevel }
}

fn byte_level(piece: &str) -> Option<Vec<u8>> {
    piece.chars().map(byte_of).collect()
}

/// The byte that a character of a byte-level token represents. GPT-2's table: printable bytes represent
/// themselves; the other 68 are U+0100 onwards, in order.
fn byte_of(character: char) -> Option<u8> {
    let stands_for_itself = |byte: u32| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let code = u32::from(character);
    if code < 0x100 {
        return stands_for_itself(code).then_some(code as u8);
    }
    (0..0x100).filter(|&byte| !stands_for_itself(byte)).nth((code - 0x100) as usize).map(|byte| byte as u8)
}

#[test]
fn the_byte_table_is_a_bijection() {
    let bytes: Vec<u8> = (0..0x200).filter_map(char::from_u32).filter_map(byte_of).collect();
    let distinct: BTreeSet<u8> = bytes.iter().copied().collect();
    assert_eq!((bytes.len(), distinct.len()), (256, 256));
    assert_eq!((byte_of('Ġ'), byte_of('Ċ'), byte_of('a')), (Some(b' '), Some(b'\n'), Some(b'a')));
}
