//! Every number of a text.

use super::{GenerateError, SecondMetrics, SecondReading, TokensRead, read_text};
use crate::engine::Engine;
use crate::library::{Library, LibraryNovelty, words};
use crate::metrics::{EarlierStories, Headlines, Metrics, Reference, measure};
use crate::model::{ModelInfo, Tokenizer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What texts are scored with.
pub struct Scorer<'a> {
    pub engine: &'a mut dyn Engine,
    pub tokenizer: &'a Tokenizer,
    pub model: &'a ModelInfo,
    pub reference: Option<&'a Reference>,
    pub library: Option<&'a Library>,
}

/// Every number of a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    #[serde(flatten)]
    pub metrics: Metrics,
    #[serde(flatten)]
    pub second: SecondMetrics,
    /// Without a library, none.
    #[serde(flatten)]
    pub library: Option<LibraryNovelty>,
    /// Without a reference, none.
    #[serde(flatten)]
    pub headlines: Option<Headlines>,
}

impl Scorer<'_> {
    /// Scores a text after a prompt, which may be empty.
    pub fn score(&mut self, prompt: &str, text: &str) -> Result<Scores, GenerateError> {
        let read = read_text(self.engine, self.tokenizer, self.model, prompt, text)?;
        self.score_read(&read, text, !prompt.is_empty())
    }

    /// Scores what has been read. `prompted`: whether a prompt stood before it.
    pub fn score_read(&mut self, read: &TokensRead, text: &str, prompted: bool) -> Result<Scores, GenerateError> {
        let second = SecondReading::new(read, text, prompted, self.tokenizer, self.model);
        let second = match second {
            None => SecondMetrics::default(),
            Some(mut second) => {
                while second.step(self.engine)?.is_some() {}
                second.finish()
            }
        };
        Ok(scores(read, text, second, self.reference, self.library))
    }
}

/// Every number of what has been read once, with those of its second reading.
pub fn scores(
    read: &TokensRead,
    text: &str,
    second: SecondMetrics,
    reference: Option<&Reference>,
    library: Option<&Library>,
) -> Scores {
    let metrics = measure(read.reading(text), &EarlierStories::default(), reference);
    let library = library.map(|library| LibraryNovelty::new(&library.longest(&words(text))));
    let new_triples = library.as_ref().and_then(|library| library.new_ngrams[2]);
    let headlines = reference
        .map(|reference| Headlines::new(&metrics, reference).with_library(new_triples, metrics.tokens, reference));
    Scores { metrics, second, library, headlines }
}

/// The numbers of a struct by name; a list becomes one number each: `new_ngrams_1`, `new_ngrams_2` and so on. What cannot be
/// said of the text is null.
pub fn by_name(numbers: &impl Serialize) -> Map<String, Value> {
    let mut flat = Map::new();
    // A struct of numbers is always an object.
    let Ok(Value::Object(fields)) = serde_json::to_value(numbers) else { return flat };
    for (name, value) in fields {
        match value {
            Value::Array(values) => {
                for (index, value) in values.into_iter().enumerate() {
                    flat.insert(format!("{name}_{}", index + 1), value);
                }
            }
            value => {
                flat.insert(name, value);
            }
        }
    }
    flat
}

/// Where numbers fall among people's passages of so many tokens: see [`Reference::percentile`]. Those without a reference are
/// left out.
pub fn percentiles(numbers: &Map<String, Value>, tokens: usize, reference: &Reference) -> BTreeMap<String, f64> {
    let place =
        |(name, value): (&String, &Value)| Some((name.clone(), reference.percentile(name, tokens, value.as_f64()?)?));
    numbers.iter().filter_map(place).collect()
}
