//! Human passages damaged in known ways, to test what a measure of coherence notices.
//! After Guan & Huang 2020, "UNION: An Unreferenced Metric for Evaluating Open-ended Story Generation".

use crate::engine::Engine;
use crate::library::word_ranges;
use crate::metrics::sentences;
use crate::model::{ModelInfo, Tokenizer};
use crate::sampling::Random;
use crate::story::{GenerateError, Settings, Writer};
use std::ops::Range;

/// The kind of damage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Damage {
    /// Nothing.
    None,
    /// The sentences in another order.
    Shuffled,
    /// Every other sentence from another passage.
    Spliced,
    /// Some sentences replaced by repetitions of others.
    Repeated,
    /// One word in four swapped with its neighbour.
    Swapped,
    /// One word in four replaced by a word from another passage.
    Replaced,
    /// Not the passage but the model's own continuation of its prompt, at this temperature, top-p 1.
    Sampled(f64),
}

impl Damage {
    pub const ALL: [Self; 12] = [
        Self::None,
        Self::Shuffled,
        Self::Spliced,
        Self::Repeated,
        Self::Swapped,
        Self::Replaced,
        Self::Sampled(0.3),
        Self::Sampled(0.6),
        Self::Sampled(1.0),
        Self::Sampled(1.3),
        Self::Sampled(1.6),
        Self::Sampled(2.0),
    ];

    /// The name in files and tables.
    pub fn name(self) -> String {
        match self {
            Self::None => "human".into(),
            Self::Shuffled => "shuffled sentences".into(),
            Self::Spliced => "spliced sentences".into(),
            Self::Repeated => "repeated sentences".into(),
            Self::Swapped => "swapped words".into(),
            Self::Replaced => "replaced words".into(),
            Self::Sampled(temperature) => format!("sampled at T = {temperature:.1}"),
        }
    }
}

/// A passage to be damaged.
pub struct Original<'a> {
    pub prompt: &'a str,
    pub text: &'a str,
    /// The passage that other sentences and words are taken from.
    pub other: &'a str,
    /// Tokens of the text.
    pub tokens: u32,
}

/// Damages a passage. None if it is too short.
pub fn damage(
    original: &Original,
    damage: Damage,
    seed: u32,
    engine: &mut dyn Engine,
    tokenizer: &Tokenizer,
    model: &ModelInfo,
) -> Result<Option<String>, GenerateError> {
    let random = &mut Random::new(seed.into());
    let text = original.text;
    Ok(match damage {
        Damage::None => Some(text.to_string()),
        Damage::Shuffled => {
            let mut order = told(text);
            let before = order.clone();
            for index in (1..order.len()).rev() {
                order.swap(index, below(random, index + 1));
            }
            (order != before).then(|| with_sentences(text, &order))
        }
        Damage::Spliced => {
            let (own, other) = (told(text), told(original.other));
            let spliced = own.iter().enumerate().map(|(index, &sentence)| match other.get(index) {
                Some(other) if index % 2 == 1 => other,
                _ => sentence,
            });
            (own.len() > 1 && other.len() >= own.len() / 2 * 2)
                .then(|| with_sentences(text, &spliced.collect::<Vec<_>>()))
        }
        Damage::Repeated => {
            let mut order = told(text);
            let count = order.len();
            for _ in 0..count.div_ceil(3) {
                let (from, to) = (below(random, count.max(1)), below(random, count.max(1)));
                order[to] = order[from];
            }
            (count > 2 && order != told(text)).then(|| with_sentences(text, &order))
        }
        Damage::Swapped | Damage::Replaced => {
            let mut words: Vec<&str> = word_ranges(text).map(|range| &text[range]).collect();
            let others: Vec<&str> = word_ranges(original.other).map(|range| &original.other[range]).collect();
            if words.len() < 4 || others.is_empty() {
                return Ok(None);
            }
            for _ in 0..words.len().div_ceil(4) {
                let at = below(random, words.len() - 1);
                match damage {
                    Damage::Swapped => words.swap(at, at + 1),
                    _ => words[at] = others[below(random, others.len())],
                }
            }
            Some(with_words(text, &words))
        }
        Damage::Sampled(temperature) => {
            let settings = Settings {
                prompt: original.prompt.to_string(),
                temperature,
                top_p: 1.0,
                seed,
                length: original.tokens,
                ..Settings::default()
            };
            let mut writer = Writer::new(engine, tokenizer, model, settings)?;
            let mut sampled = String::new();
            while let Some(written) = writer.step()? {
                sampled += &written.text;
            }
            Some(sampled).filter(|sampled| word_ranges(sampled).count() > 3)
        }
    })
}

fn told(text: &str) -> Vec<&str> {
    sentences(text).into_iter().map(|range| &text[range]).collect()
}

/// A random integer from 0 to `count` - 1.
fn below(random: &mut Random, count: usize) -> usize {
    ((random.uniform() * count as f64) as usize).min(count - 1)
}

/// The text with its sentences replaced by others. The text between sentences stays.
fn with_sentences(text: &str, sentences_then: &[&str]) -> String {
    replaced(text, sentences(text).into_iter(), sentences_then)
}

/// The text with its words replaced by others.
fn with_words(text: &str, words: &[&str]) -> String {
    replaced(text, word_ranges(text), words)
}

fn replaced(text: &str, ranges: impl Iterator<Item = Range<usize>>, pieces: &[&str]) -> String {
    let mut out = String::new();
    let mut end = 0;
    for (range, piece) in ranges.zip(pieces) {
        out += &text[end..range.start];
        out += piece;
        end = range.end;
    }
    out + &text[end..]
}

#[test]
fn only_what_is_damaged_changes() {
    let text = " One fox.\nTwo \"crows\"!  Three?";
    assert_eq!(with_sentences(text, &told(text)), text);
    assert_eq!(with_sentences(text, &["A.", "B!", "C?"]), " A.\nB!  C?");
    assert_eq!(with_words(text, &["one", "FOX", "2", "jays", "3"]), " one FOX.\n2 \"jays\"!  3?");
}
