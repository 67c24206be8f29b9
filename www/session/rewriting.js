// Stories that the worker writes as a whole, in one answer; and how fast this device writes.
import { missingAdapter } from "./state.js";
import { earlierTexts } from "./writing.js";

/**
 * @import { Settings, StoryRecord } from "../protocol.js"
 * @import { AdaptersClient } from "./adapters.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Store } from "./state.js"
 */

/** Tokens of the story whose time counts: the default length. */
const STORY = 160;
/** A shorter story says little about the speed: it is mostly waiting. */
const ENOUGH = 32;

/** @typedef {ReturnType<typeof createRewriting>} Rewriting */

/**
 * @param {{ store: Store, engine: EngineClient, adapters: AdaptersClient }} options
 */
export function createRewriting({ store, engine, adapters }) {
  /** The earlier stories that the worker knows from the latest rewrite; null where they have to be sent. @type {string[] | null} */
  let told = null;

  engine.on("started", () => (told = null));
  engine.onEnd(() => (told = null));
  // A story brings its own earlier ones.
  engine.on("done", () => (told = null));
  engine.on("done", ({ tokens_per_second, token_ids }) => learn(1 / tokens_per_second, token_ids.length));

  /**
   * The fastest story counts: whatever else the device does can only make one slower.
   * @param {number} secondsPerToken
   * @param {number} tokens
   */
  function learn(secondsPerToken, tokens) {
    const seconds = secondsPerToken * STORY;
    if (tokens < ENOUGH || !(seconds > 0)) return;
    if (seconds < (store.get().storySeconds ?? Infinity)) store.update({ storySeconds: seconds });
  }

  return {
    /**
     * Whether the worker has what it needs for these settings: the model, and the adapter.
     * @param {Settings} settings
     */
    isPossible(settings) {
      const state = store.get();
      return state.engine.phase === "ready" && missingAdapter(state, settings) === null && adapters.isHere(settings);
    },
    /** Whether nothing more urgent is being written, or waits. */
    isIdle() {
      const { writing, queued } = store.get();
      return writing === null && queued === null;
    },

    /**
     * The story of these settings, without a second reading. Refused with `Unanswered` where the worker writes another story instead, where it
     * cannot write this one, and where it ends.
     * @param {Settings} settings
     * @returns {Promise<StoryRecord>}
     */
    async rewrite(settings) {
      const earlier = earlierTexts(store.get().entries);
      const known = told !== null && isSame(told, earlier);
      // Where the answer does not come, nobody knows which ones the worker has.
      if (!known) told = null;
      const answer = await engine.ask("rewrite", { settings, ...(known ? {} : { earlier }) });
      told = earlier;
      /** @type {Partial<typeof answer>} */
      const record = { ...answer };
      delete record.type;
      delete record.id;
      delete record.computed;
      learn(answer.seconds / answer.computed, answer.computed);
      return { .../** @type {StoryRecord} */ (record), tokens_per_second: null };
    },
  };
}

/**
 * @param {string[]} one
 * @param {string[]} other
 */
function isSame(one, other) {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
