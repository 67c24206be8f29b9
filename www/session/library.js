// The library's worker: fetched and opened on demand, asked where texts come from and which books hold a span.
import { BUSY, silence, watch } from "./watch.js";
import { startWorker } from "./worker-client.js";

/**
 * @import { FromLibrary, FoundBook, Numbers, TracedMessage } from "../protocol.js"
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
 * @param {(message: TracedMessage) => void} options.onTraced
 */
export function createLibraryClient({ manifestUrl, onState, onReady, onGone, onTraced }) {
  /** @type {Worker | null} */
  let worker = null;
  /** @type {string | null} */
  let model = null;
  /** @type {LibraryState} */
  let state = { phase: "unknown" };
  /** Who waits for the books of a span, by the number of the question. @type {Map<number, (books: FoundBook[]) => void>} */
  const waiting = new Map();
  let asked = 0;
  /** Texts that it was asked about and has not answered. */
  let tracing = 0;
  /** Whether the worker hears what is posted. */
  let listening = false;
  /** @type {() => void} */
  let unwatch = () => undefined;

  /** @param {LibraryState} next */
  function become(next) {
    state = next;
    onState(next);
  }

  /** Ends the worker; nobody may go on waiting for its answers. */
  function end() {
    unwatch();
    worker?.terminate();
    worker = null;
    listening = false;
    tracing = 0;
    for (const answer of waiting.values()) answer([]);
    waiting.clear();
    onGone();
  }

  function open() {
    if (model === null || state.phase === "loading" || state.phase === "opening" || state.phase === "ready") return;
    worker?.terminate();
    const fresh = startWorker("library");
    worker = fresh;
    fresh.addEventListener("message", (event) => {
      if (fresh === worker) onMessage(event.data);
    });
    fresh.addEventListener("error", () => {
      if (fresh === worker) fail("The library could not be started. Check the connection and try again.");
    });
    unwatch = watch(fresh, {
      patience: { ...BUSY, program: 60 },
      expects,
      onSilence: (awaited, seconds) => fail(`${silence(awaited, seconds)} Try again.`),
    });
    become({ phase: "loading", loaded: 0, total: 0 });
    // The worker hears what is posted once its module has started, which it says.
  }

  /** What the worker is waited for. @returns {import("./watch.js").Awaited | null} */
  function expects() {
    if (!listening) return "program";
    if (state.phase === "loading") return state.total === 0 || state.loaded < state.total ? "server" : "worker";
    return state.phase === "opening" || tracing + waiting.size > 0 ? "worker" : null;
  }

  /** @param {string} message */
  function fail(message) {
    end();
    become({ phase: "failed", message });
  }

  /** @param {FromLibrary} message */
  function onMessage(message) {
    switch (message.type) {
      case "hello":
        listening = true;
        if (model !== null) worker?.postMessage({ type: "open", manifest_url: manifestUrl, model });
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
      case "traced":
        tracing -= 1;
        onTraced(message);
        break;
      case "found":
        waiting.get(message.id)?.(message.books);
        waiting.delete(message.id);
        break;
      case "error":
        fail(message.message);
        break;
    }
  }

  return {
    open,
    ready: () => state.phase === "ready",
    /**
     * Says which model is loaded. Its library is offered, or opened at once if this device has it.
     * @param {string} name
     * @param {{ bytes: number, sha256: string } | null} file
     */
    async offer(name, file) {
      if (name === model) return;
      end();
      model = name;
      if (file === null) return become({ phase: "none" });
      become({ phase: "offered", bytes: file.bytes });
      if ((await isKept(file.sha256)) && model === name) open();
    },
    /**
     * Asks where a text comes from; the answer reaches `onTraced`.
     * @param {{ id: number, text: string, tokens: number, numbers: Numbers["numbers"] }} question  with what is known of the text
     */
    trace({ numbers: { slor_per_word_bits = null, surprise = null }, ...question }) {
      if (state.phase !== "ready") return;
      tracing += 1;
      worker?.postMessage({ type: "trace", ...question, slor_per_word_bits, surprise });
    },
    /**
     * The books that hold a span.
     * @param {string} span
     * @returns {Promise<FoundBook[]>}
     */
    find(span) {
      if (state.phase !== "ready") return Promise.resolve([]);
      asked += 1;
      const id = asked;
      worker?.postMessage({ type: "find", id, text: span });
      return new Promise((resolve) => waiting.set(id, resolve));
    },
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
