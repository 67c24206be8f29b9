// The format of a stored or exported story. A story from outside is checked field by field, and is taken as it is or not at all.
import { HASH, ID } from "../parts/names.js";

/**
 * @import { Limits } from "../protocol.js"
 * @import { Entry } from "./state.js"
 */

/**
 * A user's own story as it is stored and exported: an entry without what only the open page knows.
 * @typedef {Omit<Entry, "origin" | "finished">} KeptStory
 */

/** What is wrong with a value, beginning with the name of its place; null if nothing is. @typedef {(value: unknown, place: string) => string | null} Check */

/** The most tokens, characters and items of a list, far above what any model of the page can write: no file fills the memory. */
const MOST = 100_000;
/** Seeds and tokens are integers of 32 bits. */
const MOST_U32 = 2 ** 32 - 1;
/**
 * The limits of the settings while no engine has said its own.
 * @type {Limits}
 */
const UNKNOWN = {
  temperature: [-Infinity, Infinity],
  top_p: [-Infinity, Infinity],
  seed: [0, MOST_U32],
  length: [1, MOST],
  strength: [-Infinity, Infinity],
  prompt_characters: MOST,
};
const LONGEST_NAME = 200;
/** The place of the story itself, whose parts go by their own names. */
const STORY = "it";

/** @type {Check} */
const finite = (value, place) =>
  typeof value === "number" && Number.isFinite(value) ? null : `${place} is not a number`;

/**
 * @param {number} from
 * @param {number} to
 * @returns {Check}
 */
const between = (from, to) => (value, place) =>
  finite(value, place) ??
  (Number(value) >= from && Number(value) <= to ? null : `${place} is not between ${from} and ${to}`);

/**
 * @param {number} from
 * @param {number} to
 * @returns {Check}
 */
const whole = (from, to) => (value, place) =>
  Number.isInteger(value) ? between(from, to)(value, place) : `${place} is not a whole number`;

/** @type {Check} */
const flag = (value, place) => (typeof value === "boolean" ? null : `${place} is neither true nor false`);

/**
 * @param {number} longest  in Unicode characters
 * @returns {Check}
 */
const text = (longest) => (value, place) =>
  typeof value !== "string"
    ? `${place} is not a text`
    : value.length <= longest || (value.length <= 2 * longest && [...value].length <= longest)
      ? null
      : `${place} is longer than ${longest} characters`;

/**
 * @param {RegExp} pattern
 * @returns {Check}
 */
const like = (pattern) => (value, place) =>
  text(MOST)(value, place) ?? (pattern.test(String(value)) ? null : `${place} is not written as it should be`);

/**
 * @param {Check} check
 * @returns {Check}
 */
const nullOr = (check) => (value, place) => (value === null ? null : check(value, place));

/**
 * @param {Check} check  of each item
 * @returns {Check}
 */
const list = (check) => (value, place) => {
  if (!Array.isArray(value)) return `${place} is not a list`;
  if (value.length > MOST) return `${place} has more than ${MOST} items`;
  for (const [index, item] of value.entries()) {
    const problem = check(item, `${place}[${index}]`);
    if (problem) return problem;
  }
  return null;
};

/**
 * An object that has all of `fields`, perhaps some of `more`, and nothing else.
 * @param {Record<string, Check>} fields
 * @param {Record<string, Check>} [more]
 * @returns {Check}
 */
const object =
  (fields, more = {}) =>
  (value, place) => {
    if (!isObject(value)) return `${place} is not an object`;
    for (const name of Object.keys(value))
      if (!Object.hasOwn(fields, name) && !Object.hasOwn(more, name))
        return `${place} has a part that is not known here: ${name.slice(0, 40)}`;
    for (const [name, check] of Object.entries({ ...fields, ...more })) {
      if (!Object.hasOwn(value, name)) {
        if (Object.hasOwn(fields, name)) return `${place} has no ${name}`;
        continue;
      }
      const problem = check(value[name], place === STORY ? name : `${place}.${name}`);
      if (problem) return problem;
    }
    return null;
  };

/**
 * Values by name, such as numbers by metric.
 * @param {Check} check  of each value
 * @returns {Check}
 */
const byName = (check) => (value, place) => {
  if (!isObject(value)) return `${place} is not an object`;
  for (const [name, item] of Object.entries(value)) {
    const problem = /^[a-z]\w{0,63}$/i.test(name)
      ? check(item, `${place}.${name}`)
      : `${place} has a name that is no metric’s: ${name.slice(0, 40)}`;
    if (problem) return problem;
  }
  return null;
};

/** @type {Check} */
const pair = (value, place) =>
  Array.isArray(value) && value.length === 2 ? list(whole(0, MOST_U32))(value, place) : `${place} is not a pair`;

const key = like(/^(?!example-|live-)[\w-]{1,64}$/);
const tokens = list(whole(0, MOST_U32));
const numbers = byName(nullOr(finite));

/** @param {Limits} limits */
const settings = (limits) =>
  object(
    {
      prompt: text(limits.prompt_characters),
      temperature: between(...limits.temperature),
      top_p: between(...limits.top_p),
      seed: whole(...limits.seed),
      length: whole(...limits.length),
    },
    {
      options: byName(finite),
      order: list(like(/^[\w-]{1,64}$/)),
      rules: whole(1, MOST_U32),
      forced: list(pair),
      adapter: object({ id: like(ID), strength: between(...limits.strength) }),
    },
  );

/** @param {Limits} limits */
const record = (limits) =>
  object(
    {
      settings: settings(limits),
      text: text(10 * MOST),
      token_ids: tokens,
      token_texts: list(text(1000)),
      surprisal_bits: list(finite),
      digest: like(HASH),
      numbers,
      percentiles: byName(between(0, 1)),
      ended: like(/^(length|story|context|stopped)$/),
      seconds: nullOr(between(0, Number.MAX_VALUE)),
      tokens_per_second: nullOr(between(0, Number.MAX_VALUE)),
      model: text(LONGEST_NAME),
      engine_revision: whole(0, MOST_U32),
      link: like(/^#v=/),
    },
    // Earlier exports contain some of their numbers twice.
    { metrics: numbers, entropy_bits: list(finite), ranks: list(whole(1, MOST_U32)), mirostat_bits: list(finite) },
  );

/** @param {Limits} limits */
const story = (limits) =>
  object({
    key,
    number: whole(1, 2 ** 31),
    record: record(limits),
    verdict: nullOr(object({ same: flag, text: text(1000) })),
    spans: nullOr(
      list(
        object({
          start: whole(0, 10 * MOST),
          end: whole(0, 10 * MOST),
          words: whole(1, MOST),
          occurrences: whole(1, 2 ** 32),
        }),
      ),
    ),
    created: nullOr(whole(0, 8.64e15)),
    name: nullOr(text(LONGEST_NAME)),
    starred: flag,
    rating: nullOr(whole(1, 5)),
    parent: nullOr(object({ key, position: whole(0, MOST) })),
  });

/**
 * What is wrong with a story from outside.
 * @param {unknown} value
 * @param {Limits | null} limits  of the engine's settings; null while they are not known
 * @returns {string | null}  null if it is a {@link KeptStory}
 */
export function storyProblem(value, limits) {
  const problem = story(limits ?? UNKNOWN)(value, STORY);
  if (problem) return problem;
  const { token_ids, token_texts, surprisal_bits, entropy_bits, ranks, mirostat_bits } = /** @type {KeptStory} */ (
    value
  ).record;
  const length = token_ids.length;
  const lengths = [
    token_texts.length,
    surprisal_bits.length,
    entropy_bits?.length ?? length,
    ranks?.length ?? length,
    (mirostat_bits?.length ?? length + 1) - 1,
  ];
  return length > 0 && lengths.every((other) => other === length)
    ? null
    : "record has lists over its tokens of different lengths";
}

/**
 * An entry as it is stored and exported.
 * @param {Entry} entry
 * @returns {KeptStory}
 */
export function keptStory({ key, number, created, name, starred, rating, parent, verdict, spans, record }) {
  return { key, number, created, name, starred, rating, parent, verdict, spans, record };
}

/**
 * A stored story as an entry. Nothing is being measured on it any more.
 * @param {KeptStory} kept
 * @returns {Entry}
 */
export function entryOf(kept) {
  return { ...kept, origin: "own", finished: true };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
