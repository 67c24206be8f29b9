// What is in the one store of the page: what is loaded, what is being written, which stories there are and which one is shown.
import { isSameAdapter } from "../parts/names.js";

/**
 * @import { AdapterDescription, ChainDescription, Estimate, LinkReadMessage, Limits, ModelDescription, Numbers, Settings, StoryRecord, TextSpan } from "../protocol.js"
 */

/**
 * A story on the map and in the table. `verdict` says how a replay of a link went, null where nothing was replayed; `spans` is
 * what the library holds too, null before it was asked; `finished` says that no more measurements are coming.
 * @typedef {{ key: string, number: number, origin: "example" | "own", record: StoryRecord, verdict: Verdict | null, spans: TextSpan[] | null, finished: boolean } & Kept} Entry
 *
 * What the reader adds to a story. `created`: milliseconds since 1970, null for the examples; `parent`: the story that this one
 * branches off and at which of its generated tokens; `rating`: the reader's own, 1 to 5.
 * @typedef {{ created: number | null, name: string | null, starred: boolean, rating: number | null, parent: { key: string, position: number } | null }} Kept
 * @typedef {{ same: boolean, text: string }} Verdict
 */

/**
 * What a link promised, to hold the replay against.
 * `damaged`: not all of the link could be used, so that it stays in the address bar. `first`: the key of the story of the link as it
 * stands, while another reading of its prompt is tried.
 * @typedef {Pick<LinkReadMessage, "digest" | "model" | "engine_revision"> & { damaged?: boolean, first?: string }} Expectation
 */

/**
 * The engine's state, in the words of the loader strip.
 * @typedef {{ phase: "starting" }
 *   | { phase: "loading", loaded: number, total: number, from: "network" | "cache" }
 *   | { phase: "ready", model: ModelDescription, seconds: number, from: "network" | "cache", kept: boolean, note: string | null }
 *   | { phase: "failed", message: string, action: "Retry" | "Start again" | null }} Engine
 */

/**
 * Nothing is heard of what is waited for: said above the page, with a way out, until something is.
 * @typedef {{ text: string, action: "Retry" | "Start again" }} Silence
 */

/**
 * A story that waits to be written: without settings those of the form count when it starts.
 * @typedef {{ settings: Settings | null, expectation: Expectation | null, parent: Kept["parent"] }} Queued
 *
 * Whether stories outlast the page: not known yet, kept, or why not.
 * @typedef {{ phase: "opening" } | { phase: "kept", unread: number } | { phase: "lost", why: string }} Keeping
 */

/**
 * The adapters that there are. `listed`: whether the server has said which it has; `fetching` and `failed` are by hash: how far those of the server are, and why one did not come;
 * `opening`: whether files of the reader's own are being read.
 * @typedef {{ listed: boolean, offered: AdapterDescription[], own: AdapterDescription[], fetching: Record<string, { loaded: number, total: number }>, failed: Record<string, string>, opening: boolean }} Adapters
 */

/**
 * The story that is written anew while a control moves; see live.js.
 * @typedef {object} Live
 * @property {StoryRecord} record  the newest rewrite
 * @property {TextSpan[] | null} spans  what the library holds of it; null before it has answered
 * @property {number[]} changed  indices of its tokens that differ from the story shown before the first move
 * @property {TrailPoint[]} trail  one per rewrite, the oldest first
 * @property {boolean} resting  the hand has let go, and the story becomes an entry
 *
 * @typedef {Numbers & { settings: Settings }} TrailPoint
 *
 * Whether stories are written while a control moves: not known yet, yes, switched off by the reader, or off because this device is slow.
 * @typedef {"measuring" | "on" | "off" | "slow"} LiveMode
 *
 * More stories of the shown story's settings; see cloud.js.
 * @typedef {object} Cloud
 * @property {string} key  of the entry that it belongs to
 * @property {StoryRecord[]} stories  with other seeds
 * @property {boolean} complete  whether all of them are written
 * @property {Record<string, Estimate | null> | null} mean  by metric, of these stories and the shown one; null before all are written
 */

/**
 * @typedef {object} State
 * @property {Engine} engine
 * @property {Silence | null} silence
 * @property {Limits | null} limits
 * @property {Queued | null} queued  waits for the model
 * @property {{ id: number, settings: Settings, expectation: Expectation | null, parent: Kept["parent"] } | null} writing
 * @property {Entry[]} entries
 * @property {Record<string, [number, number]>} bands  where people's range begins and ends, by metric
 * @property {boolean} libraryReady  whether stories can be held against the library
 * @property {string | null} shown  the key of the entry in the story panel
 * @property {ChainDescription | null} chain  the sampling chain, as the engine describes it
 * @property {number | null} revision  of the engine: only the same one writes the same tokens again
 * @property {number | null} position  the generated token of the shown story that is looked at; null is the end
 * @property {string | null} pinned  the key of the entry that the shown one is compared with
 * @property {ReadonlySet<string> | null} brushed  the keys of the entries chosen on the map; null when none are
 * @property {Keeping} keeping  whether stories outlast the page
 * @property {Adapters} adapters
 * @property {{ id: string, offered: boolean } | null} awaited  the adapter that the queued story waits for, and whether it comes without the reader
 * @property {Live | null} live
 * @property {LiveMode} liveMode
 * @property {number | null} storySeconds  how long this device takes for a story of the default length; null before it is measured
 * @property {Cloud | null} cloud
 */

/** @type {State} */
export const initialState = {
  engine: { phase: "starting" },
  silence: null,
  limits: null,
  queued: null,
  writing: null,
  entries: [],
  bands: {},
  libraryReady: false,
  shown: null,
  chain: null,
  revision: null,
  position: null,
  pinned: null,
  brushed: null,
  keeping: { phase: "opening" },
  adapters: { listed: false, offered: [], own: [], fetching: {}, failed: {}, opening: false },
  awaited: null,
  live: null,
  liveMode: "measuring",
  storySeconds: null,
  cloud: null,
};

/** What nobody has added yet. @type {Kept} */
export const nothingKept = { created: null, name: null, starred: false, rating: null, parent: null };

/** @typedef {import("./store.js").StoreOf<State>} Store */

/**
 * The entry in the story panel, or null.
 * @param {State} state
 */
export function shownEntry(state) {
  return state.entries.find((entry) => entry.key === state.shown) ?? null;
}

/**
 * The entries with more numbers for one of them.
 * @param {Entry[]} entries
 * @param {string} key
 * @param {Numbers} more
 * @param {Partial<Entry>} [change]
 */
export function withNumbers(entries, key, more, change = {}) {
  return entries.map((entry) => {
    if (entry.key !== key) return entry;
    return { ...entry, ...change, record: { ...entry.record, ...mergeNumbers(entry.record, more) } };
  });
}

/**
 * @param {Numbers} one
 * @param {Numbers} other
 * @returns {Numbers}
 */
export function mergeNumbers(one, other) {
  return { numbers: { ...one.numbers, ...other.numbers }, percentiles: { ...one.percentiles, ...other.percentiles } };
}

/**
 * The name of an entry as the table and the map write it.
 * @param {Entry} entry
 */
export function entryName(entry) {
  if (entry.name) return entry.name;
  return entry.origin === "example" ? `Example ${entry.number}` : `Story ${entry.number}`;
}

/** A key that no other story has, here or in another browser. */
export function newKey() {
  // Browsers give it only to pages on HTTPS or localhost.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, "0")).join("");
}

/**
 * Whether two settings ask for the same story.
 * @param {Settings} one
 * @param {Settings} other
 */
export function sameSettings(one, other) {
  const names = new Set([...Object.keys(one.options ?? {}), ...Object.keys(other.options ?? {})]);
  return (
    one.prompt === other.prompt &&
    one.temperature === other.temperature &&
    one.top_p === other.top_p &&
    one.seed === other.seed &&
    one.length === other.length &&
    [...names].every((name) => one.options?.[name] === other.options?.[name]) &&
    (one.order ?? []).join() === (other.order ?? []).join() &&
    (one.rules ?? 1) === (other.rules ?? 1) &&
    (one.forced ?? []).join() === (other.forced ?? []).join() &&
    (one.adapter && other.adapter
      ? isSameAdapter(one.adapter.id, other.adapter.id) && one.adapter.strength === other.adapter.strength
      : one.adapter === other.adapter)
  );
}

/**
 * The adapter without which a story of these settings can be neither written nor read here: neither on the server nor opened. Null
 * where none is missing; the model itself, at strength 0, needs none.
 * @param {State} state
 * @param {Settings} settings
 */
export function missingAdapter({ adapters }, { adapter }) {
  if (!adapter || adapter.strength === 0) return null;
  return [...adapters.offered, ...adapters.own].some(({ id }) => isSameAdapter(id, adapter.id)) ? null : adapter.id;
}
