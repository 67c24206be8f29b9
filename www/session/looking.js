// Questions about one place of a story: what the model considers there, and the tokens of a word to put there.

/**
 * @import { EncodedMessage, LookedMessage, NotLookedMessage, Settings } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Entry, Store } from "./state.js"
 */

/**
 * Whether this engine with the loaded model is what wrote this story; only then can it be read or branched.
 * @param {ReturnType<Store["get"]>} state
 * @param {Entry} entry
 */
export function canRead({ engine, chain, revision }, entry) {
  const { model, engine_revision } = entry.record;
  return engine.phase === "ready" && chain !== null && engine_revision === revision && model === `${engine.model.name}@${engine.model.hash8}`;
}

/**
 * @param {{ store: Store, engine: EngineClient }} options
 */
export function createLooking({ store, engine }) {
  /** The latest question about a place; an answer to an earlier one comes too late. @type {{ id: number, resolve: (looked: LookedMessage | NotLookedMessage | null) => void } | null} */
  let looking = null;
  /** Who waits for tokens, by the number of the question. @type {Map<number, (encoded: EncodedMessage | null) => void>} */
  const encoding = new Map();

  engine.on("looked", (message) => {
    if (message.id === looking?.id) answer(message);
  });
  engine.on("not_looked", (message) => {
    if (message.id === looking?.id) answer(message);
  });
  engine.on("encoded", (message) => {
    encoding.get(message.id)?.(message);
    encoding.delete(message.id);
  });
  engine.on("error", ({ id }) => {
    if (id === null) return;
    if (id === looking?.id) answer(null);
    encoding.get(id)?.(null);
    encoding.delete(id);
  });
  engine.onEnd(() => {
    answer(null);
    for (const resolve of encoding.values()) resolve(null);
    encoding.clear();
  });

  /** @param {LookedMessage | NotLookedMessage | null} message */
  function answer(message) {
    const waiting = looking;
    looking = null;
    waiting?.resolve(message);
  }

  return {
    /**
     * What the model considers at a place of a story, under the chain of `settings`. Why not, when the engine cannot tell; null when it does not run,
     * and as soon as another place is asked about.
     * @param {{ entry: Entry, position: number, settings: Settings }} question
     * @returns {Promise<LookedMessage | NotLookedMessage | null>}
     */
    look({ entry, position, settings }) {
      answer(null);
      if (!canRead(store.get(), entry)) return Promise.resolve(null);
      const { settings: written, token_ids, mirostat_bits } = entry.record;
      const id = engine.number();
      return new Promise((resolve) => {
        looking = { id, resolve };
        engine.post({ type: "look", id, position, chain: settings, story: { settings: written, token_ids, ...(mirostat_bits ? { mirostat_bits } : {}) } });
      });
    },

    /**
     * The tokens of a text that is to stand in the middle of a story; null when the engine cannot tell.
     * @param {string} text
     * @returns {Promise<EncodedMessage | null>}
     */
    encode(text) {
      const { engine: now, chain } = store.get();
      if (now.phase !== "ready" || chain === null) return Promise.resolve(null);
      const id = engine.number();
      return new Promise((resolve) => {
        encoding.set(id, resolve);
        engine.post({ type: "encode", id, text });
      });
    },
  };
}
