// The reader's stories as a table for other programs: one row per story, every number and every setting in a column.
import { csvOf } from "../parts/csv.js";

/**
 * @import { Cell } from "../parts/csv.js"
 * @import { KeptStory } from "./story-format.js"
 */

/**
 * The stories as comma-separated values.
 * @param {KeptStory[]} stories
 */
export function toCsv(stories) {
  const names = (/** @type {(story: KeptStory) => object} */ of) =>
    [...new Set(stories.flatMap((story) => Object.keys(of(story))))].sort();
  const options = names(({ record }) => record.settings.options ?? {});
  const numbers = names(({ record }) => record.numbers);
  const percentiles = names(({ record }) => record.percentiles);
  /** @type {[string, (story: KeptStory) => Cell][]} */
  const columns = [
    ["key", ({ key }) => key],
    ["number", ({ number }) => number],
    ["name", ({ name }) => name],
    ["created", ({ created }) => (created === null ? null : new Date(created).toISOString())],
    ["model", ({ record }) => record.model],
    ["engine_revision", ({ record }) => record.engine_revision],
    ["prompt", ({ record }) => record.settings.prompt],
    ["temperature", ({ record }) => record.settings.temperature],
    ["top_p", ({ record }) => record.settings.top_p],
    ["seed", ({ record }) => record.settings.seed],
    ["length", ({ record }) => record.settings.length],
    ...options.map(
      /** @returns {[string, (story: KeptStory) => Cell]} */ (name) => [
        `option:${name}`,
        ({ record }) => record.settings.options?.[name],
      ],
    ),
    ["order", ({ record }) => record.settings.order?.join(" ")],
    ["rules", ({ record }) => record.settings.rules],
    ["forced", ({ record }) => record.settings.forced?.map((pair) => pair.join(":")).join(" ")],
    ["adapter", ({ record }) => record.settings.adapter?.id],
    ["strength", ({ record }) => record.settings.adapter?.strength],
    ["link", ({ record }) => record.link],
    ["digest", ({ record }) => record.digest],
    ["ended", ({ record }) => record.ended],
    ["seconds", ({ record }) => record.seconds],
    ["tokens_per_second", ({ record }) => record.tokens_per_second],
    ["rating", ({ rating }) => rating],
    ["starred", ({ starred }) => starred],
    ["parent", ({ parent }) => parent?.key],
    ["parent_position", ({ parent }) => parent?.position],
    ...numbers.map(
      /** @returns {[string, (story: KeptStory) => Cell]} */ (name) => [name, ({ record }) => record.numbers[name]],
    ),
    ...percentiles.map(
      /** @returns {[string, (story: KeptStory) => Cell]} */ (name) => [
        `percentile:${name}`,
        ({ record }) => record.percentiles[name],
      ],
    ),
    ["text", ({ record }) => record.text],
  ];
  return csvOf(columns, stories);
}
