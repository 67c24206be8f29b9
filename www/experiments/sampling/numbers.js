// The numbers that stories of the sampling experiment are compared by.
import { percent } from "../../parts/format.js";
import { METRICS, metricOf } from "../../views/metric-list.js";

/**
 * @import { Metric } from "../../views/metric-list.js"
 * @import { Row } from "../../protocol.js"
 */

/** What looks at other stories of a session, of which an experiment has none. */
const OF_SESSIONS = ["session_novelty", "self_bleu"];

/** @type {Metric[]} */
const HEADLINES = [
  { name: "novelty", label: "novelty", write: percent, more: "", say: "Share of people’s passages of this length with fewer new word triples.", library: true },
  metricOf("coherence"),
  { name: "surprise", label: "surprise", write: percent, more: "", say: "Share of people’s passages of this length with less entropy per word." },
];

/** The three headlines first, then every other number of a story. */
export const NUMBERS = [...HEADLINES, ...METRICS.filter(({ name }) => name !== "coherence" && !OF_SESSIONS.includes(name))];

/** @param {string} name */
export function numberOf(name) {
  return NUMBERS.find((number) => number.name === name) ?? metricOf("coherence");
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
