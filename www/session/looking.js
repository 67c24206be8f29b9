// Questions about one place of a story: what the model considers there, and the tokens of a word to put there.
import { idOf } from "../parts/names.js";

/**
 * @import { EncodedMessage, LookedMessage, Settings } from "../protocol.js"
 * @import { AdaptersClient } from "./adapters.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Entry, Store } from "./state.js"
 * @import { Unanswered } from "./worker-client.js"
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
  /** Counts questions about a place; an answer to an earlier one comes too late. */
  let latest = 0;
  /** Whether the latest waits for an adapter that is fetched. */
  let stalled = false;

  return {
    /**
     * What the model considers at a place of a story, under the chain of `settings`. Why not, when the engine cannot tell; null when it does not run,
     * and where another place was asked about meanwhile.
     * @param {{ entry: Entry, position: number, settings: Settings }} question
     * @returns {Promise<LookedMessage | Error | null>}
     */
    async look({ entry, position, settings }) {
      latest += 1;
      const mine = latest;
      stalled = false;
      if (!canRead(store.get(), entry)) return null;
      const { settings: written, token_ids, mirostat_bits } = entry.record;
      const story = { settings: written, token_ids, ...(mirostat_bits ? { mirostat_bits } : {}) };
      for (;;) {
        if (written.adapter && !adapters.isHere(written)) {
          stalled = true;
          const problem = await adapters.bring(written.adapter.id);
          if (mine !== latest) return null;
          stalled = false;
          if (problem !== null) return new Error(problem);
        }
        const looked = await engine
          .ask("look", { position, chain: settings, story })
          .catch(/** @param {Unanswered} why */ (why) => why);
        if (mine !== latest) return null;
        if (!(looked instanceof Error)) return looked;
        // Another adapter has taken its place in the engine's memory since it was brought.
        const missed = looked.code === "no_adapter" && written.adapter && adapters.miss(written.adapter.id);
        if (!missed) return looked.code === null ? null : looked;
      }
    },

    /** Whether the latest question waits for an adapter that is fetched, which may take long. */
    stalled: () => stalled,

    /**
     * The tokens of a text that is to stand in the middle of a story; null when the engine cannot tell.
     * @param {string} text
     * @returns {Promise<EncodedMessage | null>}
     */
    async encode(text) {
      const { engine: now, chain } = store.get();
      return now.phase === "ready" && chain !== null ? engine.ask("encode", { text }).catch(() => null) : null;
    },
  };
}
