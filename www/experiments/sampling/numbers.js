// The numbers that stories of an experiment are compared by, as the engine describes them.
import { allMetrics } from "../../views/metric-list.js";

/**
 * @import { Row } from "../../protocol.js"
 */

/** An experiment has no session, so what looks at other stories of one is left out. */
const listed = () => allMetrics().filter((metric) => metric.listed && !metric.session);

/** Those of a story by the model itself. */
export const numbers = () => listed().filter(({ variant }) => variant === null);

/**
 * Those of a story by an adapter, in groups. What depends on the reading model is there twice: as the model without the adapter reads it,
 * which is one reader for all strengths, and as the model that wrote it does.
 */
export function adapterNumbers() {
  const own = numbers();
  return [
    { group: "Read by the base model", metrics: listed().filter(({ variant }) => variant === "base") },
    { group: "Compared with the library", metrics: own.filter(({ library, model }) => library && !model) },
    { group: "Compared with the poems", metrics: listed().filter(({ variant }) => variant === "adapter") },
    { group: "Of the text alone", metrics: own.filter(({ library, model }) => !library && !model) },
    { group: "Read by the model that wrote it", metrics: own.filter(({ library, model }) => !library && model) },
  ];
}

/**
 * One a run; null where there is none.
 * @param {(Row | null)[]} rows
 * @param {string} name
 */
export const valuesOf = (rows, name) => rows.map((row) => row?.numbers[name] ?? null);

/** Labels by name. @type {Map<string, string>} */
let axes = new Map();

/**
 * Takes in what the engine calls the settings that can be swept.
 * @param {{ name: string, label: string }[]} described
 */
export function learnAxes(described) {
  axes = new Map(described.map(({ name, label }) => [name, label]));
}

/**
 * What people call a setting that can be swept, in the middle of a sentence.
 * @param {string} name
 */
export const axisLabel = (name) => axes.get(name) ?? name;
