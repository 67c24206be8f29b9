// The library's worker: fetched and opened on demand, asked where texts come from and which books hold a span.
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
 *   | { phase: "offered", bytes: number }
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
  /** @type {LibraryState} */
  let state = { phase: "unknown" };
  const isReady = () => state.phase === "ready";

  /** @param {LibraryState} next */
  function become(next) {
    state = next;
    onState(next);
  }

  function open() {
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
    ready: isReady,
    /**
     * Says which model is loaded. Its library is offered, or opened at once if this device has it.
     * @param {string} name
     * @param {{ bytes: number, sha256: string } | null} file
     */
    async offer(name, file) {
      if (name === model) return;
      client.stop();
      onGone();
      model = name;
      if (file === null) return become({ phase: "none" });
      become({ phase: "offered", bytes: file.bytes });
      if ((await isKept(file.sha256)) && model === name) open();
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
