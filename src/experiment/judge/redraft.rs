//! Redrafts of one sentence: continuations of the text before it, each up to the end of its first sentence.

use super::Bench;
use super::drafts::TOGETHER;
use crate::engine::Llama;
use crate::metrics::sentences;
use crate::story::{Batch, GenerateError, Pen, Settings, Written};
use std::collections::VecDeque;

/// A sentence that could replace another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redraft {
    pub seed: u32,
    pub token_ids: Vec<u32>,
    pub text: String,
    /// Whether it ends a sentence; otherwise the rest of the story cannot follow it.
    pub complete: bool,
}

/// The place of the sentence in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Tokens of the story before it.
    pub from: usize,
    /// Most tokens for a sentence.
    pub room: usize,
    /// Whether it is the last sentence, which may be cut off like any story's end.
    pub is_last: bool,
}

/// Writes several redrafts in one batch.
pub struct Redrafting<'a> {
    batch: Batch<'a>,
    waiting: VecDeque<(usize, Settings)>,
    gap: Gap,
    seeds: Vec<u32>,
    redrafts: Vec<Option<Redraft>>,
}

impl<'a> Redrafting<'a> {
    /// One redraft per seed. `settings`: those of the story; `before`: its tokens before the gap.
    pub fn new(bench: Bench<'a>, settings: &Settings, before: &[u32], gap: Gap, seeds: Vec<u32>) -> Self {
        let forced: Vec<(u32, u32)> = (0u32..).zip(before.iter().copied()).collect();
        let length = (gap.from + gap.room) as u32;
        let with_seed = |&seed: &u32| Settings { seed, length, forced: forced.clone(), ..settings.clone() };
        Self {
            batch: Batch::new(bench.tokenizer, bench.model, TOGETHER),
            waiting: seeds.iter().map(with_seed).enumerate().collect(),
            redrafts: seeds.iter().map(|_| None).collect(),
            gap,
            seeds,
        }
    }

    /// Writes the next token of each; false when all have ended.
    pub fn step(&mut self, engine: &mut Llama) -> Result<bool, GenerateError> {
        while self.batch.has_room() {
            let Some((number, settings)) = self.waiting.pop_front() else { break };
            self.batch.begin(engine, number, settings)?;
        }
        if !self.batch.is_empty() {
            let gap = self.gap;
            for (number, pen) in self.batch.step(engine)? {
                self.end(number, &pen);
            }
            for (number, pen) in self.batch.take_if(|pen| another_begins(beyond(pen, gap)).is_some()) {
                self.end(number, &pen);
            }
        }
        Ok(!self.batch.is_empty() || !self.waiting.is_empty())
    }

    fn end(&mut self, number: usize, pen: &Pen) {
        let written = beyond(pen, self.gap);
        let cut = another_begins(written);
        let sentence = &written[..cut.unwrap_or(written.len())];
        let text: String = sentence.iter().map(|written| written.text.as_str()).collect();
        let ends = cut.is_some() || ends_sentence(&text) || self.gap.is_last;
        let redraft = Redraft {
            seed: self.seeds[number],
            token_ids: sentence.iter().map(|written| written.token).collect(),
            complete: ends && text.contains(char::is_alphanumeric),
            text,
        };
        self.redrafts[number] = Some(redraft);
    }

    /// The redrafts in the order of their seeds, after [`Self::step`] has finished.
    pub fn finish(self) -> Vec<Redraft> {
        self.redrafts.into_iter().flatten().collect()
    }
}

/// The tokens that a pen has written after a gap's beginning.
fn beyond<'b>(pen: &'b Pen, gap: Gap) -> &'b [Written] {
    pen.written().get(gap.from..).unwrap_or_default()
}

/// The token at which a second sentence begins, if there is one: the first that reaches into it.
fn another_begins(written: &[Written]) -> Option<usize> {
    let text: String = written.iter().map(|written| written.text.as_str()).collect();
    let start = sentences(&text).get(1)?.start;
    let mut end = 0;
    written.iter().position(|written| {
        end += written.text.len();
        end > start
    })
}

/// Whether a sentence could follow this text.
fn ends_sentence(text: &str) -> bool {
    let already = sentences(text).len();
    already > 0 && sentences(&format!("{text} A")).len() > already
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[&str]) -> Vec<Written> {
        let written = |(index, piece): (usize, &&str)| Written {
            index,
            token: index as u32,
            text: piece.to_string(),
            surprisal_bits: 0.0,
            entropy_bits: 0.0,
            rank: 1,
            forced: false,
        };
        pieces.iter().enumerate().map(written).collect()
    }

    #[test]
    fn a_sentence_ends_where_another_begins() {
        assert_eq!(another_begins(&written(&[" He", " ran", ".", " A"])), Some(3));
        assert_eq!(another_begins(&written(&[" He", " ran", "."])), None, "3.5 would go on so");
        assert_eq!(another_begins(&written(&[" He ran", "!", "\"", "\n", "\n", "A"])), Some(5));
        assert_eq!(another_begins(&written(&[" Mr", ".", " Fox", " ran", "... ", "B"])), Some(5));
        // One token contains the end of one sentence and the beginning of the next.
        assert_eq!(another_begins(&written(&[" He", " ran. A", " b"])), Some(1));
        assert_eq!(another_begins(&[]), None);
    }

    #[test]
    fn what_ends_a_sentence() {
        for text in [" He ran.", "\"Run!\"", "a line\n"] {
            assert!(ends_sentence(text), "{text:?}");
        }
        for text in ["", " He ran", " He ran, ", " Mr."] {
            assert!(!ends_sentence(text), "{text:?}");
        }
    }
}
