// Stories out of the page and back into it, without loss: the versioned JSON format.
import { readJson } from "../parts/read.js";
import { entryOf, isObject, keptStory, storyProblem } from "./story-format.js";
import { newKey } from "./state.js";

/**
 * @import { Limits } from "../protocol.js"
 * @import { KeptStory } from "./story-format.js"
 * @import { Entry } from "./state.js"
 */

const FORMAT = "fabula-stories";
const VERSION = 1;
/** A story of a higher number gets another one, so that there is always a next. */
const HIGHEST = 1e9;
/** The largest file that is read: some 30,000 stories. A browser holds texts of about 500 MB. */
export const LARGEST_BYTES = 400e6;

/**
 * The stories as a file's text.
 * @param {KeptStory[]} stories
 */
export function toJson(stories) {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, exported: new Date().toISOString(), stories })}\n`;
}

/**
 * The stories in a file, or why there are none. `problems`: what was wrong with those that cannot be taken.
 * @param {Blob} file
 * @param {Limits | null} limits  of the engine's settings; null while they are not known
 * @returns {Promise<{ stories: KeptStory[], problems: string[], refused: string | null }>}
 */
export async function fromJson(file, limits) {
  const refuse = (/** @type {string} */ refused) => ({ stories: [], problems: [], refused });
  if (file.size > LARGEST_BYTES) return refuse(`The file is larger than ${LARGEST_BYTES / 1e6} MB.`);
  /** @type {unknown} */
  let content;
  try {
    content = await readJson(file);
  } catch (error) {
    return refuse(
      error instanceof SyntaxError ? "The file is no JSON, or it is damaged." : "The file could not be read.",
    );
  }
  if (!isObject(content) || content["format"] !== FORMAT)
    return refuse("The file holds no stories of Fabula: it does not say that its format is fabula-stories.");
  if (content["version"] !== VERSION)
    return refuse(
      `The file is of version ${String(content["version"]).slice(0, 20)} of the format; this page reads version ${VERSION}.`,
    );
  if (!Array.isArray(content["stories"])) return refuse("The file has no list of stories.");
  /** @type {KeptStory[]} */
  const stories = [];
  const problems = [];
  for (const [index, value] of content["stories"].entries()) {
    const problem = storyProblem(value, limits);
    if (problem === null) stories.push(value);
    else problems.push(`Story ${index + 1} of the file: ${problem}.`);
  }
  return { stories, problems, refused: null };
}

/**
 * The entries with stories added that are not there yet. A story whose key another one has already gets a new one, and so
 * do the branches that come with it; a number that is taken, the next free one.
 * @param {Entry[]} entries
 * @param {KeptStory[]} stories
 * @returns {{ entries: Entry[], added: Entry[], skipped: number }}
 */
export function withStories(entries, stories) {
  const own = entries.filter((entry) => entry.origin === "own");
  const byKey = new Map(own.map((entry) => [entry.key, entry]));
  // A story that was taken in under another key, since its own stood for something else, is not taken in again.
  const byContent = new Map(own.map((entry) => [contentOf(keptStory(entry)), entry]));
  const numbers = new Set(own.map((entry) => entry.number));
  let free =
    [...numbers, ...stories.map((story) => story.number)]
      .filter((number) => number <= HIGHEST)
      .reduce((most, number) => Math.max(most, number), 0) + 1;
  /** @type {Map<string, string>} */
  const renamed = new Map();
  /** @type {Entry[]} */
  const added = [];
  let skipped = 0;
  for (const story of stories) {
    const known = byKey.get(story.key);
    const twin = !known || contentOf(keptStory(known)) === contentOf(story) ? known : byContent.get(contentOf(story));
    if (twin && measures(keptStory(twin), story)) {
      if (twin.key !== story.key) renamed.set(story.key, twin.key);
      skipped += 1;
      continue;
    }
    const key = known ? newKey() : story.key;
    if (known) renamed.set(story.key, key);
    const number = numbers.has(story.number) || story.number > HIGHEST ? free++ : story.number;
    const entry = entryOf({ ...story, key, number });
    byKey.set(key, entry);
    numbers.add(number);
    added.push(entry);
  }
  const adopted = added.map((entry) => {
    const key = renamed.get(entry.parent?.key ?? "");
    return entry.parent && key ? { ...entry, parent: { ...entry.parent, key } } : entry;
  });
  const all = [...own, ...adopted].sort((one, other) => one.number - other.number);
  return { entries: [...entries.filter((entry) => entry.origin === "example"), ...all], added: adopted, skipped };
}

/**
 * What a story says but for its keys, its number, and what was measured of it.
 * @param {KeptStory} story
 */
function contentOf(story) {
  const parent = story.parent && { position: story.parent.position };
  return canonical({
    ...story,
    key: "",
    number: 0,
    spans: null,
    verdict: null,
    parent,
    record: { ...story.record, numbers: null, percentiles: null },
  });
}

/**
 * Whether a story that is here has every number that another one has; it may have been measured further since.
 * @param {KeptStory} here
 * @param {KeptStory} other
 */
function measures(here, other) {
  const within = (
    /** @type {Record<string, number | null>} */ some,
    /** @type {Record<string, number | null>} */ all,
  ) => Object.entries(some).every(([name, value]) => all[name] === value);
  return within(other.record.numbers, here.record.numbers) && within(other.record.percentiles, here.record.percentiles);
}

/**
 * JSON that does not depend on the order in which an object got its parts.
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  );
}
