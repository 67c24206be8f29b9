// The numbers of stories, live and finished: those that the engine sends, and what the library answers about them.
import { mergeNumbers, withNumbers } from "./state.js";

/**
 * @import { Estimate, Numbers, TracedMessage } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { LibraryClient } from "./library.js"
 * @import { Entry, Store } from "./state.js"
 */

/** Stories that the library is asked about when it opens: the newest ones. */
const TRACED_AT_ONCE = 100;
/** Marks the story being written among the texts that the library was asked about. */
const LIVE = "live-";

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
  /** Stories that wait for their second reading: their keys by the number under which they were written. @type {Map<number, string>} */
  const reading = new Map();
  /** What the library was asked about and has not answered, by the number of the question. @type {Map<number, string>} */
  const traced = new Map();
  let questions = 0;
  /** Who waits for means, by the number of the question. @type {Map<number, (means: (Estimate | null)[]) => void>} */
  const meansReceivers = new Map();

  engine.on("tokens", (message) => {
    if (message.id !== live.id) return;
    live.text += message.token_texts.join("");
    live.tokens += message.token_ids.length;
  });
  engine.on("metrics", (message) => {
    if (store.get().writing?.id !== message.id) return;
    setLive(message);
    trace(LIVE + live.id, live.text, live.tokens, live.numbers);
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
  engine.on("means", ({ id, means }) => {
    meansReceivers.get(id)?.(means);
    meansReceivers.delete(id);
  });
  engine.onWait(() => reading.size > 0 || meansReceivers.size > 0);
  engine.onEnd(() => {
    reading.clear();
    for (const receive of meansReceivers.values()) receive([]);
    meansReceivers.clear();
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
   * @param {string} key
   * @param {string} text
   * @param {number} tokens
   * @param {Numbers} known
   */
  function trace(key, text, tokens, known) {
    if (!library.ready()) return;
    questions += 1;
    traced.set(questions, key);
    library.trace({ id: questions, text, tokens, numbers: known.numbers });
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
        trace(key, record.text, record.token_ids.length, record);
    },
    /** The library cannot answer any more. */
    forget() {
      traced.clear();
    },
    /** @param {TracedMessage} message */
    onTraced(message) {
      const key = traced.get(message.id);
      traced.delete(message.id);
      if (key === undefined) return;
      if (!key.startsWith(LIVE))
        store.update({ entries: withNumbers(store.get().entries, key, message, { spans: message.spans }) });
      else if (store.get().writing !== null && key === LIVE + live.id) setLive(message);
    },
    /**
     * The means of some lists of numbers, with their intervals.
     * @param {number[][]} lists
     * @returns {Promise<(Estimate | null)[]>}
     */
    askMeans(lists) {
      if (!engine.listening()) return Promise.resolve(lists.map(() => null));
      const id = engine.number();
      return new Promise((resolve) => {
        meansReceivers.set(id, resolve);
        engine.post({ type: "means", id, lists });
      });
    },
  };
}
