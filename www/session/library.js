// The library's worker: fetched and opened by itself or on demand, asked where texts come from and which books hold a span.
import { BUSY, silence } from "./watch.js";
import { createWorkerClient } from "./worker-client.js";

/**
 * @import { FromLibrary, FoundBook, LibraryNovelty, Numbers } from "../protocol.js"
 * @import { Question } from "./worker-client.js"
 */

/** The cache that the worker keeps model files in. */
const CACHE = "fabula-models";

/**
 * @typedef {{ phase: "unknown" | "none" | "opening" }
 *   | { phase: "offered", bytes: number, isStopped: boolean }
 *   | { phase: "loading", loaded: number, total: number }
 *   | { phase: "ready", books: number, words: number, kept: boolean }
 *   | { phase: "failed", message: string }} LibraryState
 */

/** @typedef {ReturnType<typeof createLibraryClient>} LibraryClient */

/**
 * @param {object} options
 * @param {string} options.manifestUrl
 * @param {(state: LibraryState) => void} options.onState
 * @param {() => void} options.onReady  it can be asked from now on
 * @param {() => void} options.onGone  it cannot be asked any more
 */
export function createLibraryClient({ manifestUrl, onState, onReady, onGone }) {
  const client = createWorkerClient({
    role: "library",
    patience: { ...BUSY, program: 60 },
    onMessage,
    expects,
    onSilence: (awaited, seconds) => fail(`${silence(awaited, seconds)} Try again.`),
  });
  /** @type {string | null} */
  let model = null;
  /** The size of its library. */
  let bytes = 0;
  /** Whether the reader stopped it: it then waits to be asked for. */
  let isStopped = false;
  /** @type {LibraryState} */
  let state = { phase: "unknown" };
  const isReady = () => state.phase === "ready";

  /** @param {LibraryState} next */
  function become(next) {
    state = next;
    onState(next);
  }

  /** Loads and opens it, as the reader asks. */
  function open() {
    isStopped = false;
    start();
  }

  function start() {
    if (model === null || state.phase === "loading" || state.phase === "opening" || state.phase === "ready") return;
    client.start();
    become({ phase: "loading", loaded: 0, total: 0 });
    // The worker hears what is posted once its module has started, which it says.
  }

  /** What the worker is waited for. @returns {import("./watch.js").Awaited | null} */
  function expects() {
    if (state.phase === "loading") return state.total === 0 || state.loaded < state.total ? "server" : "worker";
    return state.phase === "opening" || client.waits() ? "worker" : null;
  }

  /** Ends the download or the opening. It can be asked for again. */
  function stop() {
    if (state.phase !== "loading" && state.phase !== "opening") return;
    client.stop();
    onGone();
    isStopped = true;
    become({ phase: "offered", bytes, isStopped });
  }

  /** @param {string} message */
  function fail(message) {
    client.stop();
    onGone();
    become({ phase: "failed", message });
  }

  /** @param {FromLibrary} message */
  function onMessage(message) {
    switch (message.type) {
      case "hello":
        if (model !== null) client.post({ type: "open", manifest_url: manifestUrl, model });
        break;
      case "progress":
        become({ phase: "loading", loaded: message.loaded, total: message.total });
        break;
      case "opening":
        become({ phase: "opening" });
        break;
      case "opened":
        become({ phase: "ready", books: message.books, words: message.words, kept: message.kept });
        onReady();
        break;
      case "error":
        fail(message.message);
        break;
    }
  }

  return {
    open,
    stop,
    ready: isReady,
    /**
     * Says which model is loaded. Its library is offered; it opens without being asked for where this device has it, or where it may be
     * downloaded.
     * @param {string} name
     * @param {{ bytes: number, sha256: string } | null} file
     * @param {{ isWanted?: boolean, rest?: () => Promise<void> }} [options]  whether it may be downloaded; what is waited for before
     */
    async offer(name, file, { isWanted = false, rest } = {}) {
      if (name === model) return;
      client.stop();
      onGone();
      model = name;
      if (file === null) return become({ phase: "none" });
      bytes = file.bytes;
      become({ phase: "offered", bytes, isStopped });
      await rest?.();
      if ((isWanted || (await isKept(file.sha256))) && model === name && !isStopped) start();
    },
    /**
     * Asks where a text comes from; refused where the library is not open.
     * @param {{ text: string, tokens: number, numbers: Numbers["numbers"] }} question  with what is known of the text
     */
    trace({ numbers: { slor_per_word_bits = null, surprise = null }, ...question }) {
      if (!isReady()) return Promise.reject(new Error("It is not open."));
      return client.ask("trace", { ...question, slor_per_word_bits, surprise });
    },
    /**
     * How new a text is; null if the library cannot say.
     * @param {string} text
     * @returns {Promise<LibraryNovelty | null>}
     */
    novelty: (text) =>
      isReady()
        ? client.ask("novelty", { text }).then(
            ({ novelty }) => novelty,
            () => null,
          )
        : Promise.resolve(null),
    /**
     * The books that hold a span; none where the library is not open.
     * @param {string} text
     * @returns {Promise<FoundBook[]>}
     */
    find: (text) =>
      isReady()
        ? client.ask("find", { text }).then(
            ({ books }) => books,
            () => [],
          )
        : Promise.resolve([]),
  };
}

/** @param {string} sha256 */
async function isKept(sha256) {
  try {
    const keys = await (await caches.open(CACHE)).keys();
    return keys.some((request) => request.url.includes(sha256));
  } catch {
    return false; // No Cache Storage: pages without HTTPS, private windows.
  }
}
