// Which stories the map and the table show: a filter by settings, as data and one function.
import { stagesOn } from "./chain-words.js";
import { decimal } from "../parts/format.js";

/**
 * @import { ChainDescription } from "../protocol.js"
 * @import { Entry } from "../session/state.js"
 */

/** Values of `chain` that are no stage. */
export const NO_STAGE = "none";
export const ANY_STAGE = "any";

/**
 * What a story must have to be shown; null asks for nothing. `chain`: a stage that is on, by its name, or one of the two above;
 * `rating`: the value that the reader gave it, at least.
 * @typedef {object} Filter
 * @property {string | null} model
 * @property {"own" | "example" | "starred" | null} origin
 * @property {[number | null, number | null]} temperature  from and to
 * @property {[number | null, number | null]} topP
 * @property {string | null} chain
 * @property {string | null} prompt
 * @property {number | null} rating
 */

/** Lets every story pass. @type {Filter} */
export const everything = { model: null, origin: null, temperature: [null, null], topP: [null, null], chain: null, prompt: null, rating: null };

/**
 * Whether a filter asks for anything.
 * @param {Filter} filter
 */
export function isOn(filter) {
  return Object.values(filter).flat().some((wish) => wish !== null);
}

/**
 * @param {number} value
 * @param {[number | null, number | null]} range
 */
function within(value, [from, to]) {
  return (from === null || value >= from) && (to === null || value <= to);
}

/**
 * Whether the filter shows this story.
 * @param {Entry} entry
 * @param {Filter} filter
 * @param {ChainDescription | null} chain
 */
export function passes({ record, origin, starred, rating }, filter, chain) {
  const { settings, model } = record;
  const stages = filter.chain === null ? [] : stagesOn(settings, chain).map(({ name }) => name);
  return (
    (filter.model === null || model === filter.model) &&
    (filter.origin === null || (filter.origin === "starred" ? starred : origin === filter.origin)) &&
    within(settings.temperature, filter.temperature) &&
    within(settings.top_p, filter.topP) &&
    (filter.chain === null || (filter.chain === ANY_STAGE ? stages.length > 0 : filter.chain === NO_STAGE ? stages.length === 0 : stages.includes(filter.chain))) &&
    (filter.prompt === null || settings.prompt === filter.prompt) &&
    (filter.rating === null || (rating ?? 0) >= filter.rating)
  );
}

/**
 * @param {string} name
 * @param {[number | null, number | null]} range
 */
function rangeWords(name, [from, to]) {
  if (from !== null && to !== null) return [from === to ? `${name} ${decimal(from, 2)}` : `${name} ${decimal(from, 2)} to ${decimal(to, 2)}`];
  if (from !== null) return [`${name} from ${decimal(from, 2)}`];
  return to === null ? [] : [`${name} up to ${decimal(to, 2)}`];
}

/**
 * The filter in words, "" where it asks for nothing.
 * @param {Filter} filter
 * @param {ChainDescription | null} chain
 */
export function filterWords(filter, chain) {
  const stage = chain?.stages.find(({ name }) => name === filter.chain)?.label ?? filter.chain;
  /** @type {Record<string, string>} */
  const sampling = { [NO_STAGE]: "temperature and top-p only", [ANY_STAGE]: "with more samplers" };
  return [
    ...(filter.origin === null ? [] : [{ own: "yours", example: "examples", starred: "starred" }[filter.origin]]),
    ...rangeWords("temperature", filter.temperature),
    ...rangeWords("top-p", filter.topP),
    ...(filter.chain === null ? [] : [sampling[filter.chain] ?? `with ${stage}`]),
    ...(filter.prompt === null ? [] : ["one prompt"]),
    ...(filter.rating === null ? [] : [filter.rating === 5 ? "value 5" : `value ${filter.rating} or more`]),
    ...(filter.model === null ? [] : [filter.model]),
  ].join(", ");
}
