// A single story is luck: eight more stories of the same settings with other seeds, written when nothing else is to be done.
//
// What the page does with it:
//
//   const cloud = createCloud({ store, engine, rewriting, measuring, writing, writeSettings });
//   cloud.open(index)       shows one of `state.cloud.stories` as the story: its settings go into the form, and `writing.request` writes it.
//
// Where a story takes under 250 ms, the cloud of the reader's own story comes by itself: 600 ms after the story is finished, if nothing
// moves.
//
// What it puts into the store (types in state.js):
//
//   state.cloud             null, or
//     .key                  the key of the entry that it belongs to; show it only while `state.shown` is that key
//     .stories              the StoryRecords so far, with the seeds seed + 1 … seed + 8, modulo 2^32. The library's numbers
//                           are in them if it is open. When one of them was opened, the story shown before stands in its place.
//     .complete             whether all eight are there
//     .mean                 null before it is complete; then by metric ("novelty", "coherence", "surprise") the Estimate
//                           { count, mean, interval } of the nine stories, null where none of them has the number
//
// Selectors (selectors.js): `shownCloud(state)` is the cloud of the shown entry, or null while a control moves or another story is shown.
import { canRead } from "./looking.js";
import { mergeNumbers, sameSettings, shownEntry } from "./state.js";
import { LIMIT } from "./live.js";

/**
 * @import { Estimate, Settings, StoryRecord } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Measuring } from "./measuring.js"
 * @import { Rewriting } from "./rewriting.js"
 * @import { Entry, State, Store } from "./state.js"
 * @import { Writing } from "./writing.js"
 */

/** Stories of a cloud, beside the shown one. */
const STORIES = 8;
/** The numbers whose means are asked for. */
const MEANS = ["novelty", "coherence", "surprise"];
/** Milliseconds without an action of the reader after which the cloud begins. */
export const IDLE = 600;
/** Seeds have 32 bits. */
const SEEDS = 2 ** 32;
/** Clouds that are remembered, to come back at once with their story. */
const REMEMBERED = 20;

/**
 * The nine stories of a cloud. `traced`: those that the library has answered about.
 * @typedef {{ stories: StoryRecord[], traced: Set<StoryRecord> }} Nine
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {Rewriting} options.rewriting
 * @param {Measuring} options.measuring
 * @param {Writing} options.writing
 * @param {(settings: Settings) => void} options.writeSettings  into the form
 */
export function createCloud({ store, engine, rewriting, measuring, writing, writeSettings }) {
  /** Complete clouds by the keys of their entries, the latest last. @type {Map<string, StoryRecord[]>} */
  const remembered = new Map();
  /** Stories that the library has answered about. @type {WeakSet<StoryRecord>} */
  const traced = new WeakSet();
  /** Counts beginnings: what an earlier one still brings comes too late. */
  let run = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  store.select(
    (state) => ({
      entry: shownEntry(state)?.key,
      finished: shownEntry(state)?.finished,
      position: state.position,
      live: state.live,
      writing: state.writing,
      queued: state.queued,
      phase: state.engine.phase,
      isFast: isFast(state),
    }),
    () => {
      cancel();
      const { entry, cloud } = now();
      if (entry && cloud === null) recall(entry);
      if (entry?.origin === "own" && isFast(store.get()) && !now().cloud?.complete && isFree(entry))
        timer = setTimeout(() => void write(entry), IDLE);
    },
  );
  store.select(
    (state) => ({ record: shownEntry(state)?.record, library: state.libraryReady }),
    () => {
      const { cloud } = now();
      if (cloud?.complete) void measure(cloud.key);
    },
  );
  engine.onEnd(cancel);

  /** The shown entry with its cloud, if it has one already. */
  function now() {
    const state = store.get();
    const entry = shownEntry(state);
    const cloud = state.cloud !== null && state.cloud.key === entry?.key ? state.cloud : null;
    return { entry, cloud };
  }

  /**
   * Whether nothing else is to be done than to write the cloud of this entry.
   * @param {Entry} entry
   */
  function isFree(entry) {
    const state = store.get();
    return (
      state.live === null &&
      entry.finished &&
      canRead(state, entry) &&
      rewriting.isIdle() &&
      rewriting.isPossible(entry.record.settings)
    );
  }

  function cancel() {
    clearTimeout(timer);
    run += 1;
  }

  /**
   * @param {string} key
   * @param {StoryRecord[]} stories
   */
  function put(key, stories) {
    const complete = stories.length === STORIES;
    store.update({ cloud: { key, stories, complete, mean: null } });
    if (!complete) return;
    remembered.delete(key);
    remembered.set(key, stories);
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    void measure(key);
  }

  /**
   * Brings back the cloud of an entry. One of the stories in a cloud that was opened has the same cloud, with the story before in its place.
   * @param {Entry} entry
   */
  function recall(entry) {
    const known = remembered.get(entry.key);
    if (known) return put(entry.key, known);
    const { cloud, entries } = store.get();
    const before = entries.find(({ key }) => key === cloud?.key)?.record;
    const opened = cloud?.stories.find(({ settings }) => sameSettings(settings, entry.record.settings));
    if (cloud?.complete && before && opened)
      put(
        entry.key,
        cloud.stories.map((story) => (story === opened ? before : story)),
      );
  }

  /**
   * Writes what is missing of the cloud of the shown entry, one story at a time.
   * @param {Entry} entry
   */
  async function write({ key, record: { settings } }) {
    cancel();
    const mine = run;
    let stories = now().cloud?.stories ?? [];
    while (stories.length < STORIES) {
      const seed = (settings.seed + 1 + stories.length) % SEEDS;
      const written = await rewriting.rewrite({ ...settings, seed }).catch(() => null);
      if (written === null || mine !== run) return;
      const record = await origin(written);
      if (mine !== run) return;
      stories = [...stories, record];
      put(key, stories);
    }
  }

  /**
   * The story with what the library says of it, where it is open.
   * @param {StoryRecord} record
   */
  async function origin(record) {
    const found = traced.has(record) ? null : await measuring.origin(record);
    if (found === null) return record;
    const more = { ...record, ...mergeNumbers(record, found) };
    traced.add(more);
    return more;
  }

  /**
   * The means of a complete cloud and its story, once the library has said of each what it can.
   * @param {string} key
   */
  async function measure(key) {
    const before = now().cloud;
    if (before?.key !== key) return;
    const stories = await Promise.all(before.stories.map(origin));
    const { entry, cloud } = now();
    if (!entry || cloud?.stories !== before.stories) return;
    const isMore = stories.some((story, index) => story !== cloud.stories[index]);
    const known = isMore ? { ...cloud, stories } : cloud;
    if (isMore) {
      remembered.set(key, stories);
      store.update({ cloud: known });
    }
    const all = [entry.record, ...stories];
    const lists = MEANS.map((name) =>
      all.map(({ numbers }) => numbers[name]).filter((value) => typeof value === "number"),
    );
    const means = await measuring.askMeans(lists);
    if (now().cloud !== known) return;
    /** @type {Record<string, Estimate | null>} */
    const mean = Object.fromEntries(MEANS.map((name, index) => [name, means[index] ?? null]));
    store.update({ cloud: { ...known, mean } });
  }

  return {
    /**
     * Shows one of the stories of the cloud: it is written from its settings.
     * @param {number} index
     */
    open(index) {
      const settings = now().cloud?.stories[index]?.settings;
      if (!settings) return;
      writeSettings(settings);
      writing.request({ settings, expectation: null, parent: null });
    },
  };
}

/** Whether this device writes clouds. @param {State} state */
const isFast = ({ storySeconds }) => storySeconds !== null && storySeconds <= LIMIT;
