// Every number that the page shows: its name for people, how it is written, and what it says. docs/methods.md tells the rest.
import { decimal, percent } from "../parts/format.js";

/**
 * @typedef {object} Metric
 * @property {string} name  as the engine calls it
 * @property {string} label
 * @property {(value: number | null) => string} write
 * @property {string} more  completes "… than 62% of people’s passages of this length"
 * @property {string} say  what it is, in a sentence
 * @property {boolean} [library]  needs the library
 * @property {Better} [better]  missing where neither more nor less of it is better
 */

/**
 * Which of two stories a number puts first, and what that one then is. With `enough`, all that reach people's range count
 * alike, as docs/methods.md explains of coherence; it says what they then are.
 * @typedef {{ way: "more" | "less", than: string, enough?: string }} Better
 */

/** @param {number} digits */
const bits = (digits) => (/** @type {number | null} */ value) => decimal(value, digits);
/** @param {number | null} value */
const whole = (value) => decimal(value, 0);

/** @type {Better} */
const newer = { way: "more", than: "newer" };
/** @type {Better} */
const lessCopied = { way: "less", than: "less copied" };
/** @type {Better} */
const lessRepetitive = { way: "less", than: "less repetitive", enough: "equally repetitive" };
/** @type {Better} */
const moreVaried = { way: "more", than: "more varied", enough: "equally varied" };

/** @type {Metric[]} */
export const METRICS = [
  {
    name: "new_ngrams_2",
    label: "new word pairs",
    write: percent,
    more: "more new word pairs",
    say: "Share of its word pairs that occur in none of the books.",
    library: true,
    better: newer,
  },
  {
    name: "new_ngrams_3",
    label: "new word triples",
    write: percent,
    more: "more new word triples",
    say: "Share of its runs of three words that occur in none of the books.",
    library: true,
    better: newer,
  },
  {
    name: "new_ngrams_5",
    label: "new runs of five words",
    write: percent,
    more: "more new runs of five words",
    say: "Share of its runs of five words that occur in none of the books.",
    library: true,
    better: newer,
  },
  {
    name: "creativity_index",
    label: "Creativity Index (0 to 8)",
    write: bits(1),
    more: "a higher Creativity Index",
    say: "Sum over lengths of 5 to 12 words of the share of words that lie in no copied span of that length.",
    library: true,
    better: { way: "more", than: "less copied" },
  },
  {
    name: "coverage",
    label: "words in spans of 5 or more",
    write: percent,
    more: "more words in copied spans",
    say: "Share of its words that lie in a span of five or more words that some book holds.",
    library: true,
    better: lessCopied,
  },
  {
    name: "longest_span",
    label: "longest copied span, words",
    write: whole,
    more: "a longer copied span",
    say: "Words of the longest span that some book holds.",
    library: true,
    better: lessCopied,
  },
  {
    name: "mean_shortest_new",
    label: "shortest new run, words",
    write: bits(1),
    more: "longer known runs",
    say: "RAVEN: how far back one must read from a word, on average, until the run is new.",
    library: true,
    better: { way: "less", than: "newer" },
  },
  {
    name: "creative_region",
    label: "way to the creative region",
    write: percent,
    more: "",
    say: "The smaller of novelty and coherence, each as a share of where people’s range begins: 100% is novel and coherent.",
    library: true,
    better: { way: "more", than: "nearer to the creative region" },
  },
  {
    name: "session_novelty",
    label: "new to this session",
    write: percent,
    more: "",
    say: "Share of its words, word pairs and triples that no earlier story on this page contains, the examples among them.",
    better: { way: "more", than: "newer to this session" },
  },
  {
    name: "self_bleu",
    label: "self-BLEU with this session",
    write: percent,
    more: "",
    say: "How much of it the earlier stories of this page hold; lower is newer.",
    better: { way: "less", than: "newer to this session" },
  },
  {
    name: "distinct_1",
    label: "distinct words",
    write: percent,
    more: "more varied words",
    say: "Its different words, as a share of all its words.",
    better: moreVaried,
  },
  {
    name: "distinct_3",
    label: "distinct word triples",
    write: percent,
    more: "more varied word triples",
    say: "Its different word triples, as a share of all of them.",
    better: moreVaried,
  },

  {
    name: "coherence",
    label: "coherence",
    write: percent,
    more: "",
    say: "SLOR per word, as a share of that at which people’s range begins; below 0 where the context misleads.",
    better: { way: "more", than: "more coherent" },
  },
  {
    name: "slor_per_word_bits",
    label: "SLOR per word, bits",
    write: bits(2),
    more: "more bits per word that the context explains",
    say: "How many bits the context tells about each word, beyond how common it is.",
    better: { way: "more", than: "more coherent", enough: "equally coherent" },
  },
  {
    name: "mean_log_probability_bits",
    label: "log-probability per token",
    write: bits(2),
    more: "a higher log-probability",
    say: "Mean log-probability of its tokens under the model, in bits.",
    better: { way: "more", than: "likelier", enough: "equally likely" },
  },
  {
    name: "perplexity",
    label: "perplexity",
    write: bits(1),
    more: "a higher perplexity",
    say: "As unsure as between so many equally likely tokens.",
    better: { way: "less", than: "likelier", enough: "equally likely" },
  },
  {
    name: "contextual_gain_bits",
    label: "contextual gain, bits",
    write: bits(2),
    more: "sentences that depend more on their story",
    say: "How many bits per token a sentence owes to the sentences before it.",
    better: { way: "more", than: "closer knit", enough: "equally close knit" },
  },
  {
    name: "relevance_bits",
    label: "relevance to the prompt, bits",
    write: bits(2),
    more: "a text that owes more to its prompt",
    say: "How many bits per token the text owes to the prompt.",
    better: { way: "more", than: "closer to its prompt", enough: "equally close to their prompts" },
  },
  {
    name: "sentence_overlap",
    label: "sentence told twice",
    write: percent,
    more: "more of a sentence told twice",
    say: "How much of one sentence another one says again.",
    better: lessRepetitive,
  },
  {
    name: "seq_rep_4",
    label: "repeated runs of 4 tokens",
    write: percent,
    more: "more repeated runs",
    say: "seq-rep-4: repeated runs of four tokens, as a share of all.",
    better: lessRepetitive,
  },

  {
    name: "entropy_per_word_bits",
    label: "entropy per word, bits",
    write: bits(2),
    more: "more openness at each word",
    say: "How open it was, at each word, what comes next.",
  },
  {
    name: "mean_entropy_bits",
    label: "entropy per token, bits",
    write: bits(2),
    more: "more openness at each token",
    say: "How open it was, at each token, what comes next.",
  },
  {
    name: "excess_surprise_bits",
    label: "excess surprise, bits",
    write: bits(2),
    more: "more excess surprise",
    say: "Surprisal minus entropy: above 0 it chose less likely words than the model would.",
  },
  {
    name: "surprise_peaks",
    label: "tokens of 8 bits or more",
    write: percent,
    more: "more peaks of surprise",
    say: "Share of tokens to which the model gave one chance in 256 or less.",
  },
  {
    name: "surprisal_variance",
    label: "variance of surprisal",
    write: bits(1),
    more: "more uneven surprise",
    say: "How unevenly the surprise is spread, in bits squared.",
  },
];

const byName = new Map(METRICS.map((metric) => [metric.name, metric]));

/**
 * The metric of this name; the list is broken without it.
 * @param {string} name
 */
export function metricOf(name) {
  const metric = byName.get(name);
  if (!metric) throw new Error(`there is no metric ${name}`);
  return metric;
}
