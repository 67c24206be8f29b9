// Which stories the map and the table show: a filter by settings, as data and one function.
import { stagesOn } from "./chain-words.js";
import { decimal, percent } from "../parts/format.js";
import { isSameAdapter, nameOf } from "../parts/names.js";

/**
 * @import { ChainDescription, Settings } from "../protocol.js"
 * @import { Entry } from "../session/state.js"
 */

/** Values of `chain` that are no stage. */
export const NO_STAGE = "none";
export const ANY_STAGE = "any";
/** Values of `adapter` that are none's id. */
export const NO_ADAPTER = "none";
export const ANY_ADAPTER = "any";

/**
 * What a story must have to be shown; null asks for nothing. `chain`: a stage that is on, by its name, or one of the first two above;
 * `adapter`: its id, or one of the other two; `strength`: of an adapter, 1 is what was trained; `rating`: the value that the reader gave it, at least.
 * @typedef {object} Filter
 * @property {string | null} model
 * @property {"own" | "example" | "starred" | null} origin
 * @property {[number | null, number | null]} temperature  from and to
 * @property {[number | null, number | null]} topP
 * @property {string | null} chain
 * @property {string | null} adapter
 * @property {[number | null, number | null]} strength
 * @property {string | null} prompt
 * @property {number | null} rating
 */

/** Lets every story pass. @type {Filter} */
export const everything = {
  model: null,
  origin: null,
  temperature: [null, null],
  topP: [null, null],
  chain: null,
  adapter: null,
  strength: [null, null],
  prompt: null,
  rating: null,
};

/**
 * Whether a filter asks for anything.
 * @param {Filter} filter
 */
export function isOn(filter) {
  return Object.values(filter)
    .flat()
    .some((wish) => wish !== null);
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
    (filter.chain === null ||
      (filter.chain === ANY_STAGE
        ? stages.length > 0
        : filter.chain === NO_STAGE
          ? stages.length === 0
          : stages.includes(filter.chain))) &&
    adapted(settings, filter) &&
    (filter.prompt === null || settings.prompt === filter.prompt) &&
    (filter.rating === null || (rating ?? 0) >= filter.rating)
  );
}

/**
 * Whether the adapter is one that the filter asks for. A story without one has no strength.
 * @param {Settings} settings
 * @param {Filter} filter
 */
function adapted({ adapter }, { adapter: wanted, strength: [from, to] }) {
  if (
    wanted === NO_ADAPTER
      ? adapter
      : wanted !== null && (!adapter || (wanted !== ANY_ADAPTER && !isSameAdapter(adapter.id, wanted)))
  )
    return false;
  return (from === null && to === null) || (adapter !== undefined && within(adapter.strength, [from, to]));
}

/**
 * @param {string} name
 * @param {[number | null, number | null]} range
 * @param {(value: number) => string} [write]
 */
function rangeWords(name, [from, to], write = (value) => decimal(value, 2)) {
  if (from !== null && to !== null)
    return [from === to ? `${name} ${write(from)}` : `${name} ${write(from)} to ${write(to)}`];
  if (from !== null) return [`${name} from ${write(from)}`];
  return to === null ? [] : [`${name} up to ${write(to)}`];
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
  /** @type {Record<string, string>} */
  const without = { [NO_ADAPTER]: "without an adapter", [ANY_ADAPTER]: "with an adapter" };
  return [
    ...(filter.origin === null ? [] : [{ own: "yours", example: "examples", starred: "starred" }[filter.origin]]),
    ...rangeWords("temperature", filter.temperature),
    ...rangeWords("top-p", filter.topP),
    ...(filter.chain === null ? [] : [sampling[filter.chain] ?? `with ${stage}`]),
    ...(filter.adapter === null ? [] : [without[filter.adapter] ?? `by ${nameOf(filter.adapter)}`]),
    ...rangeWords("strength", filter.strength, percent),
    ...(filter.prompt === null ? [] : ["one prompt"]),
    ...(filter.rating === null ? [] : [filter.rating === 5 ? "value 5" : `value ${filter.rating} or more`]),
    ...(filter.model === null ? [] : [filter.model]),
  ].join(", ");
}
