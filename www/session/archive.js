// The reader's own stories outlast the page: brought back at the start, and every change to them written down.
import { openStorage } from "./storage.js";
import { withStories } from "./exchange.js";
import { keptStory, storyProblem } from "./story-format.js";

/**
 * @import { Storage } from "./storage.js"
 * @import { KeptStory } from "./story-format.js"
 * @import { Entry, Store } from "./state.js"
 */

/** @typedef {ReturnType<typeof createArchive>} Archive */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {(why: string) => void} options.onLost  there is a story that will not be kept; told once, as long as it is so
 * @param {() => void} options.onKept  after that: they will be kept all the same
 * @param {() => void} options.onLate  stories came back after it was said that they do not
 */
export function createArchive({ store, onLost, onKept, onLate }) {
  /** @type {Storage | null} */
  let storage = null;
  /** The entries as they were written last, by key. @type {Map<string, Entry>} */
  const written = new Map();
  let writing = false;
  let told = false;

  store.select(
    ({ entries }) => entries,
    () => void write(),
  );
  store.select(
    ({ keeping, entries }) => ({ keeping, hasOwn: entries.some((entry) => entry.origin === "own") }),
    ({ keeping, hasOwn }) => {
      if (told && keeping.phase === "kept") {
        told = false;
        onKept();
      }
      if (told || keeping.phase !== "lost" || !hasOwn) return;
      told = true;
      onLost(keeping.why);
    },
  );

  /** @param {unknown} problem */
  function lose(problem) {
    store.update({ keeping: { phase: "lost", why: problem instanceof Error ? problem.message : String(problem) } });
  }

  /** Stories in the storage that this page cannot read; they stay where they are. */
  let unread = 0;

  async function open() {
    try {
      await restore(
        await openStorage({
          onLost(problem) {
            storage = null;
            lose(problem);
          },
          onLate: (opened) => void restore(opened).then(onLate).then(write),
        }),
      );
    } catch (problem) {
      lose(problem);
    }
  }

  /**
   * Brings the kept stories back into the store.
   * @param {Storage} opened
   */
  async function restore(opened) {
    try {
      const found = await opened.all();
      const stories = found.filter(/** @returns {value is KeptStory} */ (value) => storyProblem(value) === null);
      stories.sort((one, other) => one.number - other.number || (one.created ?? 0) - (other.created ?? 0));
      const { entries, added } = withStories(store.get().entries, stories);
      // Two tabs may have given the same number; the later story then gets another one, which is written down.
      for (const [index, entry] of added.entries())
        if (entry.number === stories[index]?.number) written.set(entry.key, entry);
      storage = opened;
      unread = found.length - stories.length;
      store.update({ entries, keeping: { phase: "kept", unread } });
    } catch (problem) {
      lose(problem);
    }
  }

  /** Writes down what has changed since the last time, one transaction after another. */
  async function write() {
    if (writing || storage === null) return;
    writing = true;
    try {
      // While one is written the next change may come.
      for (let changes = changed(); changes.stories.length + changes.dropped.length > 0; changes = changed()) {
        // It may have been lost while the change before was written.
        if (storage === null) return;
        // First what makes room: a story that a full storage refuses must not bring deleted ones back.
        if (changes.dropped.length > 0) await storage.write([], changes.dropped);
        for (const key of changes.dropped) written.delete(key);
        await storage.write(changes.stories.map(keptStory), []);
        for (const entry of changes.stories) written.set(entry.key, entry);
      }
      // A storage that was full may have room again.
      const { keeping } = store.get();
      if (keeping.phase === "lost") store.update({ keeping: { phase: "kept", unread } });
    } catch (problem) {
      lose(problem);
    } finally {
      writing = false;
    }
  }

  function changed() {
    const own = store.get().entries.filter((entry) => entry.origin === "own");
    const keys = new Set(own.map((entry) => entry.key));
    return {
      stories: own.filter((entry) => written.get(entry.key) !== entry),
      dropped: [...written.keys()].filter((key) => !keys.has(key)),
    };
  }

  return {
    /** Settled when the kept stories are there, or will not come. */
    restored: open(),
    /** Forgets everything that this browser keeps, what could not be read included. */
    async clear() {
      try {
        await storage?.clear();
        if (storage) store.update({ keeping: { phase: "kept", unread: 0 } });
      } catch (problem) {
        lose(problem);
      }
    },
  };
}
