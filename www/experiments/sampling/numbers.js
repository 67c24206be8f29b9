// The numbers that stories of a sweep are compared by.
import { decimal, percent } from "../../parts/format.js";
import { METRICS, metricOf } from "../../views/metric-list.js";

/**
 * @import { Metric } from "../../views/metric-list.js"
 * @import { Row } from "../../protocol.js"
 */

/** What looks at other stories of a session, of which an experiment has none. */
const OF_SESSIONS = ["session_novelty", "self_bleu"];
/** What depends on the model that reads the story, in the order of the list. */
const BY_MODEL =
  /^(coherence|slor_|mean_log_|perplexity|contextual_|relevance_|entropy_|mean_entropy_|excess_|surpris)/;
/** What the library counts, and an adapter's own texts can too. */
const BY_TEXTS = /^(new_ngrams_|creativity_index|coverage|longest_span|mean_shortest_new)/;

/** @type {Metric} */
const NOVELTY = {
  name: "novelty",
  label: "novelty",
  write: percent,
  more: "",
  say: "Share of people’s passages of this length with fewer new word triples.",
  library: true,
};
/** @type {Metric} */
const SURPRISE = {
  name: "surprise",
  label: "surprise",
  write: percent,
  more: "",
  say: "Share of people’s passages of this length with less entropy per word.",
};
const HEADLINES = [NOVELTY, metricOf("coherence"), SURPRISE];

/** @type {Metric[]} */
const LINES = [
  {
    name: "mean_words_per_line",
    label: "line length in words",
    write: (value) => decimal(value, 1),
    more: "",
    say: "Words of a line, in the mean. A paragraph of prose is one long line.",
  },
  { name: "lines", label: "lines", write: (value) => decimal(value, 1), more: "", say: "Lines with a word in them." },
  {
    name: "line_length_variation",
    label: "variation of line length",
    write: percent,
    more: "",
    say: "How much the lines differ in length: 0% where all have as many words.",
  },
  {
    name: "rhyming_line_ends",
    label: "rhyming line ends",
    write: percent,
    more: "",
    say: "Share of line ends whose spelling rhymes with another, at most three lines away. Some do by chance.",
  },
];

/** The three headlines first, then every other number of a story. */
export const NUMBERS = [
  ...HEADLINES,
  ...METRICS.filter(({ name }) => name !== "coherence" && !OF_SESSIONS.includes(name)),
  ...LINES,
];

const byModel = [
  metricOf("coherence"),
  SURPRISE,
  ...METRICS.filter(({ name }) => name !== "coherence" && BY_MODEL.test(name)),
];
const byTexts = METRICS.filter(({ name }) => BY_TEXTS.test(name));

/**
 * A label with more words, before its unit.
 * @param {Metric} metric
 * @param {string} words
 */
const labelled = ({ label }, words) => label.replace(/(?=, |$| \()/, ` ${words}`);

/**
 * The numbers of a story by an adapter. What depends on the reading model is there twice: as the model without the adapter reads it, which
 * is one reader for all strengths, and as the model that wrote it does.
 * @type {Metric[]}
 */
export const ADAPTER_NUMBERS = [
  ...byModel.map((metric) => ({
    ...metric,
    name: `base_${metric.name}`,
    label: labelled(metric, "for the base model"),
    say: `${metric.say} The base model reads every story, whoever wrote it.`,
  })),
  NOVELTY,
  ...byTexts.map((metric) => ({ ...metric, label: labelled(metric, "against the library") })),
  ...byTexts.map((metric) => ({
    ...metric,
    library: false,
    name: `adapter_${metric.name}`,
    label: labelled(metric, "against the poems"),
    say: metric.say.replace("of the books", "of the poems").replace("some book holds", "some poem holds"),
  })),
  ...LINES,
  ...METRICS.filter(
    ({ name }) =>
      !BY_MODEL.test(name) && !BY_TEXTS.test(name) && !OF_SESSIONS.includes(name) && name !== "creative_region",
  ),
  ...byModel.map((metric) => ({ ...metric, label: labelled(metric, "for its own writer") })),
];

/**
 * The number of a name, as a list of them calls it.
 * @param {string} name
 * @param {Metric[]} [among]
 */
export function numberOf(name, among = NUMBERS) {
  return among.find((number) => number.name === name) ?? metricOf("coherence");
}

/**
 * One a run; null where there is none.
 * @param {(Row | null)[]} rows
 * @param {string} name
 */
export const valuesOf = (rows, name) => rows.map((row) => row?.numbers[name] ?? null);

/**
 * Names of settings that can be swept, for people.
 * @param {string} name
 */
export const axisLabel = (name) => (name === "top_p" ? "top-p" : name.replaceAll("_", " "));

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
