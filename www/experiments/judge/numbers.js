// The numbers that both arms are compared by, written as the findings write them.
import { decimal } from "../../parts/format.js";

/** For people, with the unit; the same words as src/experiment/judge/effects.rs. @type {Record<string, [string, string]>} */
const WORDS = {
  score: ["score", ""],
  coherence: ["coherence", ""],
  novelty: ["novelty", ""],
  new_ngrams_3: ["new word triples", ""],
  relevance: ["relevance", ""],
  relevance_bits: ["relevance in bits", "a token"],
  surprise: ["surprise", ""],
  contextual_gain_bits: ["contextual gain", "bits a token"],
  mean_log_probability_bits: ["mean log-probability", "bits a token"],
  excess_surprise_bits: ["excess surprise", "bits a token"],
  longest_span: ["longest copied span", "words"],
  seq_rep_4: ["repeated runs of four tokens", ""],
  sentence_overlap: ["sentence overlap", ""],
  distinct_1: ["distinct words", ""],
  distinct_2: ["distinct pairs of words", ""],
  tokens: ["length", "tokens"],
};

/** @param {string} metric */
export const labelOf = (metric) => WORDS[metric]?.[0] ?? metric.replaceAll("_", " ");

/** @param {string} metric */
export const unitOf = (metric) => WORDS[metric]?.[1] ?? "";

/** @param {number | null} value */
export const write = (value) => decimal(value, value !== null && Math.abs(value) >= 10 ? 1 : 3);

/**
 * With its sign.
 * @param {number} value
 */
export function signed(value) {
  const text = write(value);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** @param {number} p */
export const writeP = (p) => (p < 0.001 ? "< 0.001" : p.toFixed(3));

/** What a verdict is to a reader. */
export const VERDICTS = { higher: "higher", lower: "lower", undecided: "undecided" };
