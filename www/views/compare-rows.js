// What two stories differ in, as rows for tables: the settings that are not the same, and every number with its difference.
import { NOTHING, difference, tokenName } from "../parts/format.js";
import { strengthWords } from "./adapter-words.js";
import { metricOf } from "./metric-list.js";
import { GROUPS } from "./all-numbers.js";

/**
 * @import { ChainDescription, Settings, StoryRecord } from "../protocol.js"
 */

/**
 * @typedef {{ label: string, one: string, other: string, difference?: string }} Row
 */

/**
 * The settings in which two stories differ.
 * @param {StoryRecord} one
 * @param {StoryRecord} other
 * @param {ChainDescription | null} chain
 * @returns {Row[]}
 */
export function settingRows(one, other, chain) {
  const options = [...new Set([one, other].flatMap(({ settings }) => Object.keys(settings.options ?? {})))];
  /** @type {[string, (record: StoryRecord) => string][]} */
  const all = [
    ["Model", ({ model }) => model],
    ["Prompt", ({ settings }) => settings.prompt],
    ["Temperature", ({ settings }) => short(settings.temperature)],
    ["Top-p", ({ settings }) => short(settings.top_p)],
    ["Adapter", ({ settings }) => settings.adapter?.id ?? "none"],
    ["Strength", ({ settings }) => (settings.adapter ? strengthWords(settings.adapter.strength) : NOTHING)],
    ...options.map(
      (name) =>
        /** @type {[string, (record: StoryRecord) => string]} */ ([
          optionLabel(name, chain),
          ({ settings }) => option(settings, name, chain),
        ]),
    ),
    [
      "Order of the samplers",
      ({ settings }) =>
        settings.order?.map((name) => chain?.stages.find((stage) => stage.name === name)?.label ?? name).join(", ") ??
        "the usual one",
    ],
    ["Given tokens", given],
    ["Seed", ({ settings }) => String(settings.seed)],
    ["Length", ({ settings }) => String(settings.length)],
  ];
  return all.flatMap(([label, write]) =>
    write(one) === write(other) ? [] : [{ label, one: write(one), other: write(other) }],
  );
}

/**
 * The numbers of two stories by group; a number that neither has is left out. The other one may still be missing.
 * @param {StoryRecord} one
 * @param {StoryRecord | null} other
 * @returns {{ name: string, rows: Row[] }[]}
 */
export function numberGroups(one, other) {
  return GROUPS.map(({ name, parts }) => ({
    name,
    rows: parts.flatMap((metric) => {
      const { title, write, written } = metricOf(metric);
      const [before, after] = [one.numbers[metric] ?? null, other?.numbers[metric] ?? null];
      if (before === null && after === null) return [];
      return [
        { label: title, one: write(before), other: write(after), difference: difference(before, after, written) },
      ];
    }),
  }));
}

/** @param {number} value */
function short(value) {
  return String(Number(value.toPrecision(6)));
}

/**
 * @param {string} name
 * @param {ChainDescription | null} chain
 */
function optionLabel(name, chain) {
  return chain?.parameters.find((parameter) => parameter.name === name)?.label ?? name;
}

/**
 * @param {Settings} settings
 * @param {string} name
 * @param {ChainDescription | null} chain
 */
function option({ options }, name, chain) {
  const value = options?.[name] ?? chain?.parameters.find((parameter) => parameter.name === name)?.usual;
  return value === undefined ? "as usual" : short(value);
}

/** @param {StoryRecord} record */
function given({ settings, token_texts }) {
  if (!settings.forced?.length) return "none";
  return settings.forced
    .map(([place, token]) => `${tokenName(token_texts[place] ?? `token ${token}`)} at token ${place + 1}`)
    .join(", ");
}
