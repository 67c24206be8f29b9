//! The table of all metrics: names, labels, formats, and what each depends on. The page, the command line, findings and
//! the judge take everything from here. A new metric needs its file, an entry here and a section in docs/methods.md; tests report
//! what is missing.

use super::written::Written;
use Written::{Decimals, Percent};
use serde::Serialize;

/// One number of a text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Metric {
    /// The name in files and in the page's code.
    #[serde(skip)]
    pub name: &'static str,
    /// The label that is shown, as in the middle of a sentence.
    #[serde(skip)]
    pub label: &'static str,
    /// Unit of the values and of their differences; empty if there is none.
    pub unit: &'static str,
    /// Its meaning in one sentence.
    #[serde(skip)]
    pub sentence: &'static str,
    /// Completes "… than 62% of human passages"; empty if there are no human values to compare with.
    pub more: &'static str,
    /// Which of two texts it prefers; none if neither more nor less of it is better.
    pub better: Option<Better>,
    pub written: Written,
    /// It needs the library.
    #[serde(skip)]
    pub library: bool,
    /// It depends on the model that reads the text.
    pub model: bool,
    /// It can also be computed with the texts an adapter was trained on.
    #[serde(skip)]
    pub texts: bool,
    /// It compares with the other stories of a session.
    pub session: bool,
    /// The page offers it in lists of all numbers.
    pub listed: bool,
    /// How it is shown as a dial; none for most.
    pub dial: Option<Dial>,
}

/// A scale with a needle, on which people's range is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dial {
    /// Where the scale begins and ends. Values may lie beyond.
    pub from: f64,
    pub to: f64,
    /// Whether equal steps along the scale multiply the value instead of adding to it.
    pub logarithmic: bool,
    /// What the two ends are called.
    pub ends: [&'static str; 2],
    /// What a text is whose value lies below people's range, within it, and above it.
    pub says: [&'static str; 3],
}

/// What makes a number better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Better {
    pub way: Way,
    /// The better of two texts, for example "newer".
    pub than: &'static str,
    /// Describes all texts within the human range, if more is not better there: docs/methods.md explains it for coherence.
    pub enough: Option<&'static str>,
}

/// Whether more or less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    More,
    Less,
}

const fn metric(
    name: &'static str,
    label: &'static str,
    unit: &'static str,
    written: Written,
    more: &'static str,
    sentence: &'static str,
) -> Metric {
    let (library, model, texts, session) = (false, false, false, false);
    Metric {
        name,
        label,
        unit,
        sentence,
        more,
        better: None,
        written,
        library,
        model,
        texts,
        session,
        listed: true,
        dial: None,
    }
}

impl Metric {
    /// Computed with the library, or with the texts an adapter was trained on.
    const fn known(self) -> Self {
        Self { texts: true, ..self.library() }
    }

    const fn library(self) -> Self {
        Self { library: true, ..self }
    }

    const fn model(self) -> Self {
        Self { model: true, ..self }
    }

    const fn session(self) -> Self {
        Self { session: true, ..self }
    }

    const fn dial(self, dial: Dial) -> Self {
        Self { dial: Some(dial), ..self }
    }

    const fn unlisted(self) -> Self {
        Self { listed: false, ..self }
    }

    const fn more(self, than: &'static str) -> Self {
        Self { better: Some(Better { way: Way::More, than, enough: None }), ..self }
    }

    const fn less(self, than: &'static str) -> Self {
        Self { better: Some(Better { way: Way::Less, than, enough: None }), ..self }
    }

    /// Within the human range, all texts count as equal.
    const fn enough(self, words: &'static str) -> Self {
        let better = match self.better {
            Some(better) => Some(Better { enough: Some(words), ..better }),
            None => None,
        };
        Self { better, ..self }
    }

    /// Whether it is also computed with the model alone for a story by an adapter.
    fn has_base(&self) -> bool {
        self.model && !self.library
    }
}

/// The three dials. Of 400 stories of the usual sweep at temperatures up to 1.4, the needle of novelty stood nearer than a hundredth of the
/// scale to an end in two, those of the others in none.
const NOVELTY: Dial = Dial {
    from: 0.0,
    to: 1.0,
    logarithmic: false,
    ends: ["copied", "new"],
    says: ["keeps to known phrases more than people do", "as new as people write", "newer than people write"],
};
const COHERENCE: Dial = Dial {
    from: -7.0,
    to: 7.0,
    logarithmic: false,
    ends: ["breaks down", "safe, stock phrases"],
    says: ["breaks down", "hangs together as people write", "safer than people write: stock phrases"],
};
const SURPRISE: Dial = Dial {
    from: 0.2,
    to: 5.0,
    logarithmic: true,
    ends: ["plays safe", "long shots"],
    says: ["plays safer than people do", "as surprising as people write", "takes longer shots than people do"],
};

/// Every number of a text, the headlines first.
#[rustfmt::skip]
pub const METRICS: &[Metric] = &[
    metric("novelty", "novelty", "", Percent, "more new word triples", "Share of its word triples that occur in none of the books in the library.").library().more("newer").dial(NOVELTY),
    metric("coherence", "coherence", "", Decimals(1), "more coherence", "0 is as people write. Below the human range the text breaks down; above it are safe, stock phrases. Each step doubles the distance.").model().more("more coherent").enough("equally coherent").dial(COHERENCE),
    metric("surprise", "surprise", "", Percent, "more surprise", "How unlikely its tokens were, as a share of what the model expected: 100% if drawn as predicted, less if safer.").model().dial(SURPRISE),

    metric("new_ngrams_1", "new words", "", Percent, "more new words", "Share of its words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_2", "new word pairs", "", Percent, "more new word pairs", "Share of its word pairs that do not occur in the library.").known().more("newer"),
    metric("new_ngrams_3", "new word triples", "", Percent, "more new word triples", "Share of its word triples that do not occur in the library.").known().more("newer"),
    metric("new_ngrams_4", "new runs of 4 words", "", Percent, "more new runs of 4 words", "Share of its runs of 4 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_5", "new runs of 5 words", "", Percent, "more new runs of 5 words", "Share of its runs of 5 words that do not occur in the library.").known().more("newer"),
    metric("new_ngrams_6", "new runs of 6 words", "", Percent, "more new runs of 6 words", "Share of its runs of 6 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_7", "new runs of 7 words", "", Percent, "more new runs of 7 words", "Share of its runs of 7 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_8", "new runs of 8 words", "", Percent, "more new runs of 8 words", "Share of its runs of 8 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_9", "new runs of 9 words", "", Percent, "more new runs of 9 words", "Share of its runs of 9 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("new_ngrams_10", "new runs of 10 words", "", Percent, "more new runs of 10 words", "Share of its runs of 10 words that do not occur in the library.").known().more("newer").unlisted(),
    metric("creativity_index", "Creativity Index", "0 to 8", Decimals(1), "a higher Creativity Index", "Share of its words outside runs of at least n words in the library, added up for n = 5 to 12.").known().more("less copied"),
    metric("coverage", "words in copied spans", "", Percent, "more words in copied spans", "Share of its words inside runs of five or more words that occur in the library, common phrases included.").known().less("less copied"),
    metric("longest_span", "longest copied span", "words", Decimals(0), "a longer copied span", "Length of its longest run of words that occurs in the library.").known().less("less copied"),
    metric("mean_shortest_new", "shortest new run", "words", Decimals(1), "longer known runs", "Words to read back from a word, on average, until the run does not occur in the library (RAVEN).").known().less("newer"),
    metric("creative_region", "creative region", "", Percent, "", "How near the human range or above it in both novelty and coherence: 100% is novel and coherent.").library().model().more("closer to the creative region"),
    metric("session_novelty", "new to this session", "", Percent, "", "Share of its words, word pairs and word triples that no earlier story on this page contains, examples included.").session().more("newer to this session"),
    metric("self_bleu", "self-BLEU with this session", "", Percent, "", "How much of it earlier stories on this page contain. Lower is newer.").session().less("newer to this session"),
    metric("distinct_1", "distinct words", "", Percent, "more varied words", "Different words, as a share of all its words.").more("more varied").enough("equally varied"),
    metric("distinct_2", "distinct word pairs", "", Percent, "more varied word pairs", "Different word pairs, as a share of all its word pairs.").more("more varied").enough("equally varied").unlisted(),
    metric("distinct_3", "distinct word triples", "", Percent, "more varied word triples", "Different word triples, as a share of all its word triples.").more("more varied").enough("equally varied"),

    metric("slor_per_word_bits", "SLOR per word", "bits", Decimals(2), "more bits per word explained by the context", "Bits of each word that the context explains, beyond how common the word is.").model().more("more coherent").enough("equally coherent"),
    metric("slor_bits", "SLOR per token", "bits", Decimals(2), "more bits per token explained by the context", "Bits of each token that the context explains, beyond how common the token is.").model().more("more coherent").enough("equally coherent").unlisted(),
    metric("mean_log_probability_bits", "log-probability per token", "bits", Decimals(2), "a higher log-probability", "Mean log-probability of its tokens under the model.").model().more("likelier").enough("equally likely"),
    metric("perplexity", "perplexity", "", Decimals(1), "a higher perplexity", "The model was as unsure as between this many equally likely tokens.").model().less("likelier").enough("equally likely"),
    metric("contextual_gain_bits", "contextual gain", "bits per token", Decimals(2), "sentences that depend more on their story", "How much the earlier sentences help to predict a sentence.").model().more("more closely knit").enough("equally closely knit"),
    metric("relevance_bits", "relevance to the prompt", "bits per token", Decimals(2), "a text that depends more on its prompt", "How much the prompt helps to predict the text.").model().more("closer to its prompt").enough("equally close to their prompts"),
    metric("sentence_overlap", "repeated sentence content", "", Percent, "more repeated sentence content", "How much of one sentence’s content another sentence repeats.").less("less repetitive").enough("equally repetitive"),
    metric("seq_rep_2", "repeated token pairs", "", Percent, "more repeated token pairs", "Repeated token pairs, as a share of all its token pairs (seq-rep-2).").less("less repetitive").enough("equally repetitive").unlisted(),
    metric("seq_rep_3", "repeated token triples", "", Percent, "more repeated token triples", "Repeated token triples, as a share of all its token triples (seq-rep-3).").less("less repetitive").enough("equally repetitive").unlisted(),
    metric("seq_rep_4", "repeated runs of 4 tokens", "", Percent, "more repeated runs of 4 tokens", "Repeated runs of 4 tokens, as a share of all its runs of 4 tokens (seq-rep-4).").less("less repetitive").enough("equally repetitive"),

    metric("entropy_per_word_bits", "entropy per word", "bits", Decimals(2), "more entropy per word", "How uncertain the model was about each next word.").model(),
    metric("mean_entropy_bits", "entropy per token", "bits", Decimals(2), "more entropy per token", "How uncertain the model was about each next token.").model(),
    metric("excess_surprise_bits", "excess surprise", "bits per token", Decimals(2), "more excess surprise", "Surprisal minus entropy: above 0 its words are less likely than the model would choose.").model(),
    metric("surprise_peaks", "surprise peaks", "", Percent, "more surprise peaks", "Share of its tokens with 8 bits of surprisal or more: one chance in 256 or less.").model(),
    metric("surprisal_variance", "variance of surprisal", "bits²", Decimals(1), "more uneven surprisal", "How unevenly surprisal is spread over its tokens.").model(),

    metric("tokens", "token count", "", Decimals(0), "more tokens", "Tokens of the text."),
    metric("words", "word count", "", Decimals(0), "more words", "Words of the text."),
    metric("lines", "line count", "", Decimals(1), "more lines", "Lines with at least one word."),
    metric("mean_words_per_line", "words per line", "", Decimals(1), "longer lines", "Mean number of words in a line. A paragraph of prose is one long line."),
    metric("line_length_variation", "variation of line length", "", Percent, "more uneven lines", "How much its lines differ in length: 0% if all have the same number of words."),
    metric("rhyming_line_ends", "rhyming line ends", "", Percent, "more rhymes", "Share of line ends that rhyme by spelling with another at most three lines away. Some do by chance."),
];

/// Numbers that only the judge computes.
#[rustfmt::skip]
const JUDGED: &[Metric] = &[
    metric("score", "score", "", Decimals(3), "", "Weighted mean of coherence, novelty and relevance.").library().model().more("better by score").unlisted(),
    metric("relevance", "relevance", "", Percent, "", "Share of human passages of this length that depend less on their prompt.").model().more("closer to its prompt").unlisted(),
];

/// A variant of a number, for a story by an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// By the model without the adapter, which reads stories of every strength alike.
    Base,
    /// With the adapter's texts in place of the library.
    Adapter,
}

impl Variant {
    /// The prefix of its numbers' names.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Base => "base_",
            Self::Adapter => "adapter_",
        }
    }

    fn has(self, metric: &Metric) -> bool {
        match self {
            Self::Base => metric.has_base(),
            Self::Adapter => metric.texts,
        }
    }
}

/// An entry of the table or a variant of one, with its text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "MetricDescription"))]
pub struct Described {
    pub name: String,
    pub label: String,
    pub sentence: String,
    pub variant: Option<Variant>,
    /// It needs the library.
    pub library: bool,
    #[serde(flatten)]
    pub metric: &'static Metric,
}

impl Described {
    fn new(metric: &'static Metric, variant: Option<Variant>) -> Self {
        let Metric { name, label, sentence, .. } = *metric;
        let prefix = variant.map_or("", Variant::prefix);
        let (label, sentence) = match variant {
            None => (label.into(), sentence.into()),
            Some(Variant::Base) => {
                (format!("{label} by the base model"), format!("{sentence} The base model reads every story."))
            }
            Some(Variant::Adapter) => (
                format!("{label} against the adapter’s texts"),
                sentence.replace("in the library", "in the adapter’s texts"),
            ),
        };
        let library = metric.library && variant.is_none();
        Self { name: format!("{prefix}{name}"), label, sentence, variant, library, metric }
    }
}

/// All entries, then their variants, then the judge's numbers.
pub fn described() -> Vec<Described> {
    let all = [None, Some(Variant::Base), Some(Variant::Adapter)];
    let of = |variant: Option<Variant>| {
        let those = METRICS.iter().filter(move |metric| variant.is_none_or(|variant| variant.has(metric)));
        those.map(move |metric| Described::new(metric, variant))
    };
    let judged = JUDGED.iter().map(|metric| Described::new(metric, None));
    all.into_iter().flat_map(of).chain(judged).collect()
}

/// The entry or variant with this name in files; none if there is no such metric.
pub fn describe(name: &str) -> Option<Described> {
    let found = |name: &str, variant: Option<Variant>| {
        let metric = METRICS.iter().find(|metric| metric.name == name)?;
        variant.is_none_or(|variant| variant.has(metric)).then(|| Described::new(metric, variant))
    };
    let as_variant = |variant: Variant| found(name.strip_prefix(variant.prefix())?, Some(variant));
    let judged = || JUDGED.iter().find(|metric| metric.name == name).map(|metric| Described::new(metric, None));
    found(name, None).or_else(|| as_variant(Variant::Base)).or_else(|| as_variant(Variant::Adapter)).or_else(judged)
}

/// The label of a number; for an unknown one, its name.
pub fn label_of(name: &str) -> String {
    describe(name).map_or_else(|| name.replace('_', " "), |found| found.label)
}

/// Whether a number is also computed with the model alone for a story by an adapter.
pub fn has_base(name: &str) -> bool {
    METRICS.iter().any(|metric| metric.name == name && metric.has_base())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn entries_are_complete_and_told_apart() {
        let all = described();
        let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
        let labels: BTreeSet<&str> = all.iter().map(|one| one.label.as_str()).collect();
        assert_eq!((names.len(), labels.len()), (all.len(), all.len()), "each has a name and a label of its own");
        for one in &all {
            assert!(one.sentence.ends_with('.') && one.sentence.len() < 200, "{}", one.name);
            assert_eq!(describe(&one.name).as_ref(), Some(one));
            assert!(
                !one.metric.texts || one.sentence.contains("in the library") != one.variant.is_some(),
                "{}",
                one.sentence
            );
            let unit = one.metric.unit;
            assert!(one.metric.written != Percent || unit.is_empty(), "{}: a percentage has its unit", one.name);
        }
    }

    #[test]
    fn variants_by_hand() {
        assert_eq!(label_of("new_ngrams_3"), "new word triples");
        assert_eq!(label_of("base_coherence"), "coherence by the base model");
        let copied = describe("adapter_coverage").unwrap();
        assert!(copied.sentence.contains("occur in the adapter’s texts"), "{}", copied.sentence);
        assert_eq!(label_of("adapter_coherence"), "adapter coherence", "there is none");
        assert!(has_base("perplexity") && !has_base("creative_region") && !has_base("words"));
    }

    #[test]
    fn the_methods_explain_every_entry() {
        let methods = include_str!("../../docs/methods.md");
        for Metric { name, .. } in METRICS.iter().chain(JUDGED) {
            // A family is named by its first and last: `new_ngrams_1` to `new_ngrams_10`.
            let stem = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
            let explained =
                methods.contains(&format!("`{name}`")) || methods.contains(&format!("`{stem}1` to `{stem}"));
            assert!(explained, "docs/methods.md does not explain `{name}`");
        }
    }
}
