// Adapters: those of the server, fetched when they are chosen or a story asks for them, and the reader's own files.
import { AdapterProblem, downloadAdapter } from "./adapter-download.js";
import { readAdapterFiles } from "./adapter-files.js";
import { hashOf, isSameAdapter } from "../parts/names.js";
import { endsTask } from "./worker-client.js";

/**
 * @import { AdapterDescription, Settings } from "../protocol.js"
 * @import { AdapterFiles } from "./adapter-files.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Adapters, Store } from "./state.js"
 * @import { Unanswered } from "./worker-client.js"
 */

/** @typedef {ReturnType<typeof createAdapters>} AdaptersClient */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {string} options.manifestUrl
 * @param {(adapter: AdapterDescription) => void} options.onOpened  files of the reader's own are an adapter
 * @param {(why: string) => void} options.onRefused  files of the reader's own are none, or of another model
 */
export function createAdapters({ store, engine, manifestUrl, onOpened, onRefused }) {
  /** The reader's own by hash: a worker is given them when something needs them. @type {Map<string, { files: AdapterFiles, adapter: AdapterDescription }>} */
  const own = new Map();
  /** Hashes of those that are being given to the worker. @type {Set<string>} */
  const giving = new Set();
  /** Hashes of the reader's own that this worker has. @type {Set<string>} */
  const held = new Set();
  /** Those of the server that are on this device, or on their way, by hash; with why they did not come. @type {Map<string, Promise<string | null>>} */
  const fetched = new Map();
  /** Hashes of those that have come. @type {Set<string>} */
  const arrived = new Set();
  /** Hashes of those that the worker is fetching. @type {Set<string>} */
  const byWorker = new Set();
  /** Those that the worker is to take from the reader's files, by hash: settled with null, or with why it cannot. @type {Map<string, { come: Promise<string | null>, settle: (problem: string | null) => void }>} */
  const waiting = new Map();
  /** The reader's files that no worker has taken yet. @type {Set<AdapterFiles>} */
  const untaken = new Set();

  engine.on("ready", ({ adapters }) => {
    // One that did not fit the last model may fit this one.
    change({ listed: true, offered: adapters, own: [...own.values()].map(({ adapter }) => adapter) });
    for (const files of untaken) void open(files);
    for (const hash of waiting.keys()) if (own.has(hash)) void give(hash);
  });
  engine.on("adapter_ready", ({ adapter }) => held.add(hashOf(adapter.id)));
  // Where the page cannot keep files, the worker fetches the adapter for a story or for the chart.
  engine.on("adapter_progress", ({ adapter, loaded, total }) =>
    arrive(hashOf(adapter), loaded < total ? { loaded, total } : null),
  );
  // Another adapter has taken its place in the engine's memory.
  engine.on("adapter_freed", ({ adapter }) => held.delete(hashOf(adapter)));
  engine.on("error", (error) => {
    if (endsTask(error)) breakOff();
  });
  engine.onEnd(() => {
    held.clear();
    giving.clear();
    breakOff();
  });

  /** @param {Partial<Adapters>} part */
  function change(part) {
    store.update({ adapters: { ...store.get().adapters, ...part } });
  }

  /**
   * @param {string} hash
   * @param {{ loaded: number, total: number } | null} progress  null where it has come
   */
  function arrive(hash, progress) {
    const { fetching } = store.get().adapters;
    if (progress) byWorker.add(hash);
    else byWorker.delete(hash);
    change({ fetching: progress ? { ...fetching, [hash]: progress } : without(fetching, hash) });
  }

  /** The worker fetches nothing any more. */
  function breakOff() {
    for (const hash of byWorker) arrive(hash, null);
  }

  /** @param {string} why */
  function refuse(why) {
    change({ opening: untaken.size > 0 });
    onRefused(why);
  }

  /** @param {AdapterFiles} files */
  const ask = (files) => engine.ask("open_adapter", { ...files }).catch(/** @param {Unanswered} why */ (why) => why);

  /**
   * Gives the worker files that no worker has taken yet.
   * @param {AdapterFiles} files
   */
  async function open(files) {
    const answer = await ask(files);
    // The next worker is given them.
    if (answer instanceof Error && answer.code === null) return;
    untaken.delete(files);
    if (answer instanceof Error) return refuse(answer.message);
    const { adapter } = answer;
    const hash = hashOf(adapter.id);
    own.set(hash, { files, adapter });
    list(hash, adapter);
    change({ opening: untaken.size > 0 });
    settle(hash, null);
    onOpened(adapter);
  }

  /**
   * Gives the worker files of the reader's own that were opened before, once at a time.
   * @param {string} hash
   */
  async function give(hash) {
    const known = own.get(hash);
    if (!known || giving.has(hash)) return;
    giving.add(hash);
    const answer = await ask(known.files);
    // Where the worker has gone, the next one is given them.
    if (answer instanceof Error && answer.code === null) return;
    giving.delete(hash);
    // Files that were opened before fit another model than the one that is loaded now.
    list(hash, answer instanceof Error ? null : known.adapter);
    settle(hash, answer instanceof Error ? answer.message : null);
  }

  /**
   * @param {string} hash
   * @param {AdapterDescription | null} adapter  null takes it off the list
   */
  function list(hash, adapter) {
    const others = store.get().adapters.own.filter(({ id }) => hashOf(id) !== hash);
    change({ own: adapter ? [...others, adapter] : others });
  }

  /**
   * @param {string} hash
   * @param {string | null} problem
   */
  function settle(hash, problem) {
    waiting.get(hash)?.settle(problem);
    waiting.delete(hash);
  }

  /**
   * Waits until the worker has taken an adapter from the reader's files, or has refused it.
   * @param {string} hash
   */
  function wait(hash) {
    const known = waiting.get(hash);
    if (known) return known.come;
    /** @type {(problem: string | null) => void} */
    let settle = () => undefined;
    /** @type {Promise<string | null>} */
    const come = new Promise((resolve) => (settle = resolve));
    waiting.set(hash, { come, settle });
    return come;
  }

  /** @param {string} id */
  function offered(id) {
    return store.get().adapters.offered.find((one) => isSameAdapter(one.id, id)) ?? null;
  }

  /**
   * Fetches one of the server's, and says why it has not come.
   * @param {AdapterDescription} adapter
   * @returns {Promise<string | null>}
   */
  async function fetchOffered({ id, bytes }) {
    const hash8 = hashOf(id);
    const { engine: now } = store.get();
    if (now.phase !== "ready") return "The model is not loaded yet.";
    const progress = (/** @type {number} */ loaded, /** @type {number} */ total) =>
      change({ fetching: { ...store.get().adapters.fetching, [hash8]: { loaded, total } } });
    change({ failed: without(store.get().adapters.failed, hash8) });
    progress(0, bytes);
    /** @type {string | null} */
    let problem = null;
    try {
      await downloadAdapter({ manifestUrl, model: now.model.name, hash8, onProgress: progress });
      arrived.add(hash8);
    } catch (error) {
      problem =
        error instanceof AdapterProblem
          ? error.message
          : `The adapter could not be fetched (${error instanceof Error ? error.message : String(error)}). Try again.`;
    }
    const { fetching, failed } = store.get().adapters;
    change({
      fetching: without(fetching, hash8),
      ...(problem === null ? {} : { failed: { ...failed, [hash8]: problem } }),
    });
    return problem;
  }

  return {
    /**
     * Whether a story with these settings can be written or read without waiting for an adapter.
     * @param {Settings} settings
     */
    isHere({ adapter }) {
      if (!adapter || adapter.strength === 0) return true;
      const hash = hashOf(adapter.id);
      return held.has(hash) || arrived.has(hash);
    },

    /**
     * Settled when the adapter is here: with null, or with why it cannot come. One that the server does not have is waited for until the
     * reader opens its files.
     * @param {string} id
     * @returns {Promise<string | null>}
     */
    bring(id) {
      const hash = hashOf(id);
      if (held.has(hash)) return Promise.resolve(null);
      const adapter = offered(id);
      if (own.has(hash) || !adapter) {
        const come = wait(hash);
        if (store.get().engine.phase === "ready") void give(hash);
        return come;
      }
      const known = fetched.get(hash);
      if (known) return known;
      const coming = fetchOffered(adapter).then((problem) => {
        // The next who wants it tries again.
        if (problem !== null) fetched.delete(hash);
        return problem;
      });
      fetched.set(hash, coming);
      return coming;
    },

    /** Whether it comes without the reader: from the server, or from files that were opened before. @param {string} id */
    comes: (id) => offered(id) !== null || own.has(hashOf(id)),

    /**
     * The worker says that it does not have an adapter after all. Whether it can be brought again.
     * @param {string} id
     */
    miss(id) {
      const hash = hashOf(id);
      held.delete(hash);
      return own.has(hash);
    },

    /**
     * Opens files of the reader's own, as soon as the worker can take them.
     * @param {File[]} files
     */
    async open(files) {
      change({ opening: true });
      const read = await readAdapterFiles(files);
      if (typeof read === "string") return refuse(read);
      untaken.add(read);
      if (store.get().engine.phase === "ready") void open(read);
    },
  };
}

/**
 * @template Value
 * @param {Record<string, Value>} all
 * @param {string} name
 */
function without(all, name) {
  return Object.fromEntries(Object.entries(all).filter(([other]) => other !== name));
}
