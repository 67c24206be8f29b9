// Questions about one place of a story: what the model considers there, and the tokens of a word to put there.
import { idOf } from "../parts/names.js";

/**
 * @import { EncodedMessage, LookRequest, LookedMessage, NotLookedMessage, Settings } from "../protocol.js"
 * @import { AdaptersClient } from "./adapters.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Entry, Store } from "./state.js"
 */

/**
 * Whether this engine with the loaded model is what wrote this story; only then, and with its adapter, can it be read or branched.
 * @param {ReturnType<Store["get"]>} state
 * @param {Entry} entry
 */
export function canRead({ engine, chain, revision }, entry) {
  const { model, engine_revision } = entry.record;
  return engine.phase === "ready" && chain !== null && engine_revision === revision && model === idOf(engine.model);
}

/**
 * @param {{ store: Store, engine: EngineClient, adapters: AdaptersClient }} options
 */
export function createLooking({ store, engine, adapters }) {
  /** The latest question about a place; an answer to an earlier one comes too late. @type {{ question: LookRequest, resolve: (looked: LookedMessage | NotLookedMessage | null) => void } | null} */
  let looking = null;
  /** Whether it waits for an adapter that is fetched. */
  let stalled = false;
  /** Whether it is to be asked once more when the engine has measured. */
  let again = false;
  /** Who waits for tokens, by the number of the question. @type {Map<number, (encoded: EncodedMessage | null) => void>} */
  const encoding = new Map();

  engine.on("looked", (message) => {
    if (message.id === looking?.question.id) answer(message);
  });
  engine.on("not_looked", (message) => {
    if (message.id !== looking?.question.id) return;
    // While it measures stories, the engine takes no adapter that it does not have yet.
    again =
      looking.question.story.settings.adapter !== undefined && store.get().entries.some((entry) => !entry.finished);
    if (!again) answer(message);
  });
  engine.on("measured", () => {
    if (again && looking) engine.post(looking.question);
    again = false;
  });
  engine.on("encoded", (message) => {
    encoding.get(message.id)?.(message);
    encoding.delete(message.id);
  });
  engine.on("error", ({ id }) => {
    if (id === null) return;
    if (id === looking?.question.id) answer(null);
    encoding.get(id)?.(null);
    encoding.delete(id);
  });
  engine.onWait(() => (looking !== null && !stalled) || encoding.size > 0);
  engine.onEnd(() => {
    answer(null);
    for (const resolve of encoding.values()) resolve(null);
    encoding.clear();
  });

  /** @param {LookedMessage | NotLookedMessage | null} message */
  function answer(message) {
    const waiting = looking;
    looking = null;
    again = stalled = false;
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
      /** @type {LookRequest} */
      const question = {
        type: "look",
        id: engine.number(),
        position,
        chain: settings,
        story: { settings: written, token_ids, ...(mirostat_bits ? { mirostat_bits } : {}) },
      };
      return new Promise((resolve) => {
        looking = { question, resolve };
        if (adapters.isHere(written) || !written.adapter) return engine.post(question);
        stalled = true;
        void adapters.bring(written.adapter.id).then((problem) => {
          if (looking?.question !== question) return;
          stalled = false;
          if (problem === null) engine.post(question);
          else answer({ type: "not_looked", id: question.id, message: problem });
        });
      });
    },

    /** Whether the latest question waits for an adapter that is fetched, which may take long. */
    stalled: () => stalled,

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
