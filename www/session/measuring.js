// The numbers of stories, live and finished: those that the engine sends, and what the library answers about them.
import { mergeNumbers, withNumbers } from "./state.js";

/**
 * @import { Estimate, Numbers, StoryRecord, TracedMessage } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { LibraryClient } from "./library.js"
 * @import { Entry, Store } from "./state.js"
 */

/** Stories that the library is asked about when it opens: the newest ones. */
const TRACED_AT_ONCE = 100;

/** @typedef {ReturnType<typeof createMeasuring>} Measuring */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {LibraryClient} options.library
 * @param {(numbers: Numbers) => void} options.onLive  numbers of the story being written
 * @param {(key: string, done: number) => void} options.onProgress  how far the second reading of a story is
 */
export function createMeasuring({ store, engine, library, onLive, onProgress }) {
  /** The story being written. @type {{ id: number, text: string, tokens: number, numbers: Numbers }} */
  let live = { id: 0, text: "", tokens: 0, numbers: { numbers: {}, percentiles: {} } };
  /** Whether the library is being asked about the story being written. */
  let tracing = false;
  /** Stories that wait for their second reading: their keys by the number under which they were written. @type {Map<number, string>} */
  const reading = new Map();

  engine.on("tokens", (message) => {
    if (message.id !== live.id) return;
    live.text += message.token_texts.join("");
    live.tokens += message.token_ids.length;
  });
  engine.on("metrics", (message) => {
    if (store.get().writing?.id !== message.id) return;
    setLive(message);
    // Where the library is slower than the story, the next numbers ask about more of it.
    if (tracing) return;
    tracing = true;
    const { id } = live;
    void trace(live.text, live.tokens, live.numbers, (found) => {
      if (id === live.id && store.get().writing !== null) setLive(found);
    }).finally(() => (tracing = false));
  });
  engine.on("measuring", ({ id, done }) => {
    const key = reading.get(id);
    if (key !== undefined) onProgress(key, done);
  });
  engine.on("measured", (message) => {
    const key = reading.get(message.id);
    reading.delete(message.id);
    if (key !== undefined)
      store.update({ entries: withNumbers(store.get().entries, key, message, { finished: true }) });
  });
  engine.onWait(() => reading.size > 0);
  engine.onEnd(() => {
    reading.clear();
    // No second reading goes on without its worker.
    const { entries } = store.get();
    if (entries.every((entry) => entry.finished)) return;
    store.update({ entries: entries.map((entry) => (entry.finished ? entry : { ...entry, finished: true })) });
  });

  /** @param {Numbers} more */
  function setLive(more) {
    live.numbers = mergeNumbers(live.numbers, more);
    onLive(live.numbers);
  }

  /**
   * Asks the library about a text, if it is open.
   * @template Result
   * @param {string} text
   * @param {number} tokens
   * @param {Numbers} known
   * @param {(found: TracedMessage) => Result} onTraced
   */
  function trace(text, tokens, { numbers }, onTraced) {
    // Where the library has gone, it is asked again once it is open.
    return library.trace({ text, tokens, numbers }).then(onTraced, () => undefined);
  }

  return {
    /**
     * A story begins.
     * @param {number} id
     */
    begin(id) {
      live = { id, text: "", tokens: 0, numbers: { numbers: {}, percentiles: {} } };
    },
    /** The numbers of the story being written. */
    live: () => live.numbers,
    /**
     * A story is finished; its second reading has begun.
     * @param {number} id  under which it was written
     * @param {string} key
     */
    await(id, key) {
      // The story that stood there before is not told of any more.
      for (const [other, its] of reading) if (its === key) reading.delete(other);
      reading.set(id, key);
    },
    /**
     * Asks the library about those of some stories that it was not asked about, the newest ones. Stories of another model
     * have read other books.
     * @param {Entry[]} entries
     */
    trace(entries) {
      const { engine: now } = store.get();
      const model = now.phase === "ready" ? `${now.model.name}@` : "";
      const unknown = entries.filter((entry) => entry.spans === null && entry.record.model.startsWith(model));
      for (const { key, record } of unknown.slice(-TRACED_AT_ONCE))
        void trace(record.text, record.token_ids.length, record, (found) => {
          const { entries } = store.get();
          // Another story may have taken its place meanwhile.
          if (entries.some((entry) => entry.key === key && entry.record.text === record.text))
            store.update({ entries: withNumbers(entries, key, found, { spans: found.spans }) });
        });
    },
    /**
     * What the library says about a story that is no entry; null where it is not open.
     * @param {StoryRecord} record
     */
    origin: async (record) => (await trace(record.text, record.token_ids.length, record, (found) => found)) ?? null,
    /**
     * The means of some lists of numbers, with their intervals.
     * @param {number[][]} lists
     * @returns {Promise<(Estimate | null)[]>}
     */
    askMeans: (lists) =>
      engine.ask("means", { lists }).then(
        ({ means }) => means,
        () => lists.map(() => null),
      ),
  };
}
