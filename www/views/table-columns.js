// The columns of the table: what stands in each, and what it is sorted by.
import { adapterWords } from "./adapter-words.js";
import { chainWords } from "./chain-words.js";
import { metricOf } from "./metric-list.js";
import { NOTHING, capital, decimal, percent } from "../parts/format.js";

/**
 * @import { ChainDescription } from "../protocol.js"
 * @import { Entry } from "../session/state.js"
 */

/**
 * `value` is what counts when sorting; stories without one come last either way.
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {string} say  what it is, in a sentence
 * @property {(entry: Entry) => number | string | null} value
 * @property {(entry: Entry) => string} write
 */

/** @typedef {{ key: string, direction: "ascending" | "descending" }} Sorting */

/** Newest first, and the examples after the reader's own. @type {Sorting} */
export const USUAL_SORTING = { key: "story", direction: "descending" };

/**
 * @param {string} name
 * @returns {Column}
 */
function numberOf(name) {
  const { title, sentence, write } = metricOf(name);
  const value = (/** @type {Entry} */ { record }) => record.numbers[name] ?? null;
  return {
    key: name,
    label: capital(title),
    say: sentence,
    value,
    write: (entry) => write(value(entry)),
  };
}

/**
 * @param {string} label
 * @param {string} name
 * @returns {Column}
 */
function placeOf(label, name) {
  const value = (/** @type {Entry} */ { record }) => record.percentiles[name] ?? null;
  return {
    key: label,
    label,
    say: `Share of people’s passages of this length with less of: ${metricOf(name).label}.`,
    value,
    write: (entry) => percent(value(entry)),
  };
}

/**
 * All columns but that of the story's name; `axes` are the numbers that the map shows. That of the adapters is there when a story has one.
 * @param {Entry[]} entries
 * @param {[string, string]} axes
 * @param {ChainDescription | null} chain
 * @returns {Column[]}
 */
export function columnsOf(entries, axes, chain) {
  const adapter = (/** @type {Entry} */ { record }) => adapterWords(record.settings);
  /** @type {Column} */
  const adapters = {
    key: "adapter",
    label: "Adapter",
    say: "The adapter that was added to the model, and its strength.",
    value: (entry) => adapter(entry) || null,
    write: (entry) => adapter(entry) || NOTHING,
  };
  const samplers = (/** @type {Entry} */ { record }) => chainWords(record.settings, chain);
  return [
    {
      key: "temperature",
      label: "Temperature",
      say: "",
      value: ({ record }) => record.settings.temperature,
      write: ({ record }) => decimal(record.settings.temperature, 2),
    },
    {
      key: "top_p",
      label: "Top-p",
      say: "",
      value: ({ record }) => record.settings.top_p,
      write: ({ record }) => decimal(record.settings.top_p, 2),
    },
    ...(entries.some(({ record }) => record.settings.adapter) ? [adapters] : []),
    {
      key: "seed",
      label: "Seed",
      say: "",
      value: ({ record }) => record.settings.seed,
      write: ({ record }) => String(record.settings.seed),
    },
    {
      key: "samplers",
      label: "Samplers",
      say: "Stages of the chain that are on, beside temperature and top-p.",
      value: (entry) => samplers(entry) || null,
      write: (entry) => samplers(entry) || NOTHING,
    },
    ...[...new Set(axes)].map(numberOf),
    placeOf("Novelty", "new_ngrams_3"),
    ...(axes.includes("coherence") ? [] : [numberOf("coherence")]),
    placeOf("Surprise", "entropy_per_word_bits"),
    {
      key: "rating",
      label: "Value",
      say: "What you gave it, from 1 to 5.",
      value: ({ rating }) => rating,
      write: ({ rating }) => (rating === null ? NOTHING : String(rating)),
    },
  ];
}

/**
 * The stories in the order of a column. Equal ones stay newest first, the examples after the reader's own.
 * @param {Entry[]} entries
 * @param {Column[]} columns
 * @param {Sorting} sorting
 */
export function sorted(entries, columns, { key, direction }) {
  const own = entries.filter((entry) => entry.origin === "own").reverse();
  const examples = entries.filter((entry) => entry.origin === "example");
  const column = columns.find((one) => one.key === key);
  if (!column) return direction === "ascending" ? [...examples, ...own.reverse()] : [...own, ...examples];
  const sign = direction === "ascending" ? 1 : -1;
  return [...own, ...examples]
    .map((entry) => ({ entry, value: column.value(entry) }))
    .sort((one, other) => {
      if (one.value === null || other.value === null) return Number(one.value === null) - Number(other.value === null);
      return (one.value < other.value ? -1 : one.value > other.value ? 1 : 0) * sign;
    })
    .map(({ entry }) => entry);
}
