// The metrics by name, as the engine describes them when it starts: src/metrics/table.rs is their one list.
import { write } from "../parts/format.js";

/**
 * @import { MetricDescription } from "../protocol.js"
 */

/**
 * `title` is the label with the unit; `write` writes a value, without the unit.
 * @typedef {MetricDescription & { title: string, write: (value: number | null) => string }} Metric
 */

/** @type {Map<string, Metric>} */
let byName = new Map();

/**
 * @param {MetricDescription} description
 * @returns {Metric}
 */
function complete(description) {
  const { label, unit, written } = description;
  return {
    ...description,
    title: unit ? `${label}, ${unit}` : label,
    write: (value) => write(value, written),
  };
}

/**
 * Takes in what the engine says of its metrics.
 * @param {MetricDescription[]} descriptions
 */
export function learnMetrics(descriptions) {
  byName = new Map(descriptions.map((description) => [description.name, complete(description)]));
}

/** All of them, in the order of the table. */
export const allMetrics = () => [...byName.values()];

/**
 * The metric of this name. Before the engine has described it, or where it does not start, its name and value alone can be shown.
 * @param {string} name
 * @returns {Metric}
 */
export function metricOf(name) {
  const known = byName.get(name);
  if (known) return known;
  if (byName.size > 0) throw new Error(`there is no metric ${name}`);
  return complete({
    name,
    label: name.replaceAll("_", " "),
    unit: "",
    sentence: "",
    more: "",
    better: null,
    written: { decimals: 2 },
    variant: null,
    library: false,
    model: false,
    session: false,
    listed: false,
    dial: null,
  });
}
