//! Human passages, measured like stories: the reference that a story's numbers are compared with.

use super::{Scorer, by_name, read_tokens};
use crate::metrics::{COHERENCE, Headlines, Lines, Rarity, Reference, Unigrams, quantiles, sentences};
use crate::model::Tokenizer;
use crate::story::GenerateError;
use std::collections::BTreeMap;

/// Lengths of the passages, in tokens.
pub const LENGTHS: [usize; 4] = [32, 64, 128, 256];
/// Fewest tokens before a passage: as many as a typical prompt, so that a passage is read as a story is written.
const PROMPT: usize = 16;
/// Number of steps between the stored quantiles.
const STEPS: usize = 40;
/// Fewest passages for quantiles.
const MIN_PASSAGES: usize = 20;

/// A passage of a document: the tokens before it, and its own.
#[derive(Clone, Debug, PartialEq)]
pub struct HumanPassage {
    pub prompt: Vec<u32>,
    pub token_ids: Vec<u32>,
}

/// Passages of a document that do not overlap, with `longest` tokens or the rest of the document. Each begins with a word and follows
/// a prompt that begins with a sentence.
pub fn human_passages(text: &str, longest: usize, tokenizer: &Tokenizer) -> Result<Vec<HumanPassage>, GenerateError> {
    let mut passages = Vec::new();
    let mut free = 0;
    for sentence in sentences(text) {
        if sentence.start < free {
            continue;
        }
        // Enough text for prompt and passage: tokens are shorter than this on average.
        let rest = &text[sentence.start..];
        let piece = rest.char_indices().nth(16 * (longest + 4 * PROMPT)).map_or(rest, |(end, _)| &rest[..end]);
        let tokens = tokenizer.encode(piece)?;
        let starts_word = |&id: &u32| tokenizer.token_bytes(id).first().is_some_and(|byte| b" \n".contains(byte));
        let Some(cut) = (PROMPT..tokens.len().min(2 * PROMPT)).find(|&at| starts_word(&tokens[at])) else { continue };
        let token_ids = tokens[cut..tokens.len().min(cut + longest)].to_vec();
        let bytes: usize = tokens[..cut + token_ids.len()].iter().map(|&id| tokenizer.token_bytes(id).len()).sum();
        free = sentence.start + bytes;
        if token_ids.len() >= LENGTHS[0] {
            passages.push(HumanPassage { prompt: tokens[..cut].to_vec(), token_ids });
        }
    }
    Ok(passages)
}

/// Measures each passage at those [`LENGTHS`] that it reaches. `token_counts` and `rarity` describe the tokens and words of the training
/// texts.
pub fn reference(
    scorer: &mut Scorer,
    passages: &[HumanPassage],
    token_counts: Vec<u32>,
    rarity: Rarity,
    source: String,
    mut progress: impl FnMut(usize),
) -> Result<Reference, GenerateError> {
    let mut reference = Reference {
        model: scorer.model.id(),
        source,
        lengths: LENGTHS.to_vec(),
        passages: vec![0; LENGTHS.len()],
        quantiles: BTreeMap::new(),
        token_counts: Unigrams::from(token_counts),
        rarity,
    };
    let with_counts = reference.clone();
    let mut values: BTreeMap<String, Vec<Vec<f64>>> = BTreeMap::new();
    let mut measured = Vec::new();
    for (index, passage) in passages.iter().enumerate() {
        let begin: Vec<u32> = scorer.model.begin_token.into_iter().chain(passage.prompt.iter().copied()).collect();
        let read = read_tokens(scorer.engine, &begin, passage.token_ids.clone())?;
        for (at, &length) in LENGTHS.iter().enumerate().filter(|&(_, &length)| length <= read.token_ids.len()) {
            let text = scorer.tokenizer.decode(&read.token_ids[..length]);
            let scorer = &mut Scorer { engine: &mut *scorer.engine, reference: Some(&with_counts), ..*scorer };
            let scores = scorer.score_read(&read.first(length), &text, true)?;
            let mut numbers = by_name(&scores);
            numbers.append(&mut by_name(&Lines::new(&text)));
            for (name, value) in numbers {
                let Some(value) = value.as_f64() else { continue };
                values.entry(name).or_insert_with(|| vec![Vec::new(); LENGTHS.len()])[at].push(value);
            }
            measured.push((at, scores));
            reference.passages[at] += 1;
        }
        progress(index + 1);
    }
    reference.quantiles = values.into_iter().filter_map(|(name, bands)| Some((name, all_quantiles(bands)?))).collect();
    // Coherence stands on people's other numbers.
    let mut coherence = vec![Vec::new(); LENGTHS.len()];
    for (at, scores) in measured {
        let headlines = Headlines::new(&scores.metrics, &reference);
        let new = scores.library.map(|library| library.new_words_and_triples()).unwrap_or_default();
        coherence[at].extend(headlines.with_library(new, LENGTHS[at], &reference).coherence);
    }
    reference.quantiles.extend(all_quantiles(coherence).map(|bands| (COHERENCE.to_string(), bands)));
    Ok(reference)
}

/// The quantiles of a number at each length; none where passages are too few.
fn all_quantiles(bands: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let enough = bands.iter().all(|band| band.len() >= MIN_PASSAGES);
    enough.then(|| bands.into_iter().map(|band| quantiles(band, STEPS)).collect())
}
