//! Every number of a text.

use super::{SecondMetrics, SecondReading, read_text, read_tokens};
use crate::engine::Engine;
use crate::library::{Library, LibraryNovelty};
use crate::metrics::{EarlierStories, Headlines, Lines, Metrics, Reference, TokensRead, Variant, has_base, measure};
use crate::model::{ModelInfo, Tokenizer, sha256_hex};
use crate::story::{GenerateError, Generation, prompt_tokens};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Numbers by name, and their percentiles among human passages; see [`percentiles`].
pub type Measured = (Map<String, Value>, BTreeMap<String, f64>);

/// Computes every number of a text.
pub struct Scorer<'a> {
    pub engine: &'a mut dyn Engine,
    pub tokenizer: &'a Tokenizer,
    pub model: &'a ModelInfo,
    pub reference: Option<&'a Reference>,
    pub library: Option<&'a Library>,
}

/// The texts that an adapter was trained on, with which its stories are compared in addition.
#[derive(Default)]
pub struct AdapterTexts {
    /// The texts it was trained on.
    pub library: Option<Library>,
    /// The held-out texts, measured by the model without the adapter.
    pub reference: Option<Reference>,
}

/// Every number of a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    #[serde(flatten)]
    pub metrics: Metrics,
    #[serde(flatten)]
    pub second: SecondMetrics,
    /// None without a library.
    #[serde(flatten)]
    pub library: Option<LibraryNovelty>,
    /// None without a reference.
    #[serde(flatten)]
    pub headlines: Option<Headlines>,
}

impl Scores {
    /// SHA-256 of every surprisal, entropy, rank and metric of a story, and of these scores, bit for bit. It is equal if two machines
    /// measured the same.
    pub fn measurements_digest(&self, story: &Generation) -> String {
        let numbers = story.surprisal_bits.iter().chain(&story.entropy_bits);
        let mut bytes: Vec<u8> = numbers.flat_map(|number| number.to_bits().to_le_bytes()).collect();
        bytes.extend(story.ranks.iter().flat_map(|rank| rank.to_le_bytes()));
        // Rust prints the shortest decimal that gives the same float again, on every machine.
        bytes.extend(format!("{:?} {self:?}", story.metrics).bytes());
        sha256_hex(&bytes)
    }
}

impl Scorer<'_> {
    /// Scores a text after a prompt, which may be empty.
    pub fn score(&mut self, prompt: &str, text: &str) -> Result<Scores, GenerateError> {
        let read = read_text(self.engine, self.tokenizer, self.model, prompt, text)?;
        self.score_read(&read, text, !prompt.is_empty())
    }

    /// Every number of a story, by name: those of [`Self::score_read`], by the model that wrote it, and those of its lines.
    ///
    /// For a story by an adapter, also the numbers that depend on the model, computed by the model without the adapter (`base_…`), so that
    /// stories of every strength are measured alike; and with `texts`, its novelty compared with the adapter's texts (`adapter_…`).
    /// Percentiles are among human passages; those named `adapter_…` are among the adapter's texts, for the numbers of the model
    /// without the adapter.
    pub fn score_story(&mut self, story: &Generation, texts: Option<&AdapterTexts>) -> Result<Measured, GenerateError> {
        self.engine.adapt(story.settings.adapter())?;
        let second = self.second(&story.read(), &story.text, !story.settings.prompt.is_empty())?;
        self.score_second(story, second, texts)
    }

    /// The same, given the second reading by the model that wrote the story.
    pub fn score_second(
        &mut self,
        story: &Generation,
        second: SecondMetrics,
        texts: Option<&AdapterTexts>,
    ) -> Result<Measured, GenerateError> {
        let Generation { settings, text, .. } = story;
        let mut numbers = by_name(&scores(&story.read(), text, second, self.reference, self.novelty(text)));
        numbers.append(&mut by_name(&Lines::new(text)));
        let tokens = story.token_ids.len();
        if settings.adapter.is_none() {
            let percentiles = self.reference.map(|reference| percentiles(&numbers, tokens, reference));
            return Ok((numbers, percentiles.unwrap_or_default()));
        }
        self.engine.adapt(None)?;
        let before = prompt_tokens(self.tokenizer, self.model, &settings.prompt)?;
        let read = read_tokens(self.engine, &before, story.token_ids.clone())?;
        let second = self.second(&read, text, !settings.prompt.is_empty())?;
        numbers.append(&mut base_numbers(&read, text, second, self.reference));
        if let Some(library) = texts.and_then(|texts| texts.library.as_ref()) {
            numbers.append(&mut prefixed(Variant::Adapter, by_name(&LibraryNovelty::of(text, library))));
        }
        let mut all = self.reference.map(|reference| percentiles(&numbers, tokens, reference)).unwrap_or_default();
        if let Some(reference) = texts.and_then(|texts| texts.reference.as_ref()) {
            // The adapter's reference was measured by the model alone, with the library of the adapter's texts.
            let held = |name: &String| {
                let others = [Variant::Adapter, Variant::Base]
                    .map(|variant| numbers.get(&(variant.prefix().to_string() + name)));
                others.into_iter().flatten().next().or_else(|| numbers.get(name)).cloned()
            };
            let against: Map<String, Value> =
                reference.quantiles.keys().filter_map(|name| Some((name.clone(), held(name)?))).collect();
            let found = percentiles(&against, tokens, reference);
            let prefix = Variant::Adapter.prefix();
            all.extend(found.into_iter().map(|(name, share)| (prefix.to_string() + &name, share)));
        }
        Ok((numbers, all))
    }

    /// Scores a text that has been read. `prompted`: whether a prompt came before it.
    pub fn score_read(&mut self, read: &TokensRead, text: &str, prompted: bool) -> Result<Scores, GenerateError> {
        let second = self.second(read, text, prompted)?;
        Ok(scores(read, text, second, self.reference, self.novelty(text)))
    }

    fn novelty(&self, text: &str) -> Option<LibraryNovelty> {
        self.library.map(|library| LibraryNovelty::of(text, library))
    }

    fn second(&mut self, read: &TokensRead, text: &str, prompted: bool) -> Result<SecondMetrics, GenerateError> {
        let second = SecondReading::new(read, text, prompted, self.tokenizer, self.model);
        let Some(mut second) = second else { return Ok(SecondMetrics::default()) };
        while second.step(self.engine)?.is_some() {}
        Ok(second.finish())
    }
}

/// Every number of a text that has been read, given its second reading.
pub fn scores(
    read: &TokensRead,
    text: &str,
    second: SecondMetrics,
    reference: Option<&Reference>,
    library: Option<LibraryNovelty>,
) -> Scores {
    let metrics = measure(read.reading(text), &EarlierStories::default(), reference);
    let headlines = reference.map(|reference| {
        let headlines = Headlines::new(&metrics, reference);
        match &library {
            Some(library) => headlines.with_library(library.new_words_and_triples(), metrics.tokens, reference),
            None => headlines,
        }
    });
    Scores { metrics, second, library, headlines }
}

/// For a story by an adapter: the numbers that depend on the model, computed by the model without the adapter (`base_…`).
pub fn base_numbers(
    read: &TokensRead,
    text: &str,
    second: SecondMetrics,
    reference: Option<&Reference>,
) -> Map<String, Value> {
    let mut numbers = by_name(&scores(read, text, second, reference, None));
    numbers.retain(|name, _| has_base(name));
    prefixed(Variant::Base, numbers)
}

/// The numbers of a struct by name. A list becomes several numbers: `new_ngrams_1`, `new_ngrams_2` and so on. A number that the text is
/// too short for is null.
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

fn prefixed(variant: Variant, numbers: Map<String, Value>) -> Map<String, Value> {
    numbers.into_iter().map(|(name, value)| (variant.prefix().to_string() + &name, value)).collect()
}

/// Percentiles of numbers among human passages with this many tokens: see [`Reference::percentile`]. Numbers that are not in the reference
/// are left out; a number named `base_…` is compared with the one of the same name without the prefix.
pub fn percentiles(numbers: &Map<String, Value>, tokens: usize, reference: &Reference) -> BTreeMap<String, f64> {
    let place = |(name, value): (&String, &Value)| {
        let metric = name.strip_prefix(Variant::Base.prefix()).unwrap_or(name);
        Some((name.clone(), reference.percentile(metric, tokens, value.as_f64()?)?))
    };
    numbers.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{METRICS, described};
    use std::collections::BTreeSet;

    #[test]
    fn the_table_has_what_is_computed_and_nothing_else() {
        let scores = Scores {
            library: Some(LibraryNovelty::new(&[])),
            headlines: Some(Headlines::default()),
            ..Scores::default()
        };
        let mut computed: BTreeSet<String> = by_name(&scores).into_iter().map(|(name, _)| name).collect();
        computed.extend(by_name(&Lines::default()).into_iter().map(|(name, _)| name));
        let entries: BTreeSet<String> = METRICS.iter().map(|metric| metric.name.to_string()).collect();
        let missing: Vec<_> = computed.difference(&entries).collect();
        assert!(missing.is_empty(), "computed, and not in src/metrics/table.rs: {missing:?}");
        let unknown: Vec<_> = entries.difference(&computed).collect();
        assert!(unknown.is_empty(), "in src/metrics/table.rs, and not computed: {unknown:?}");
    }

    #[test]
    fn numbers_of_the_base_model_are_those_that_depend_on_the_reader() {
        let numbers = base_numbers(&TokensRead::default(), "", SecondMetrics::default(), None);
        let mut names: Vec<&str> = numbers.keys().map(String::as_str).collect();
        assert!(names.contains(&"base_perplexity") && names.contains(&"base_relevance_bits"), "{names:?}");
        assert!(!names.contains(&"base_words") && !names.contains(&"base_creative_region"), "{names:?}");
        // With a reference there is coherence, too.
        names.push("base_coherence");
        names.sort_unstable();
        let described = described();
        let mut entries: Vec<&str> =
            described.iter().filter(|one| one.variant == Some(Variant::Base)).map(|one| one.name.as_str()).collect();
        entries.sort_unstable();
        assert_eq!(entries, names, "the variants in the table are those that are computed");
    }
}
