// The library: offers it with its size, fetches and opens it in a worker of its own, and asks it where texts come from.
import { button, element } from "../parts/dom.js";
import { count, megabytes, percent } from "../parts/format.js";
import { startWorker } from "../session/worker-client.js";

/**
 * @import { FromLibrary, FoundBook, TracedMessage } from "../protocol.js"
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

/**
 * @param {{ manifestUrl: string, onReady: () => void, onGone: () => void, onTraced: (message: TracedMessage) => void }} options
 */
export function createLibrary({ manifestUrl, onReady, onGone, onTraced }) {
  const text = element("p", { class: "hint" });
  /** Said to screen readers: each phase once, not every megabyte. */
  const said = element("span", { class: "visually-hidden", role: "status" });
  const bar = element("div", { class: "loader-bar" });
  const track = element("div", { class: "loader-track", role: "progressbar", "aria-label": "Library", "aria-valuemin": 0, "aria-valuemax": 100 }, bar);
  const load = button("Load the library", open);
  const node = element("div", { class: "library" }, text, track, load, said);

  /** @type {Worker | null} */
  let worker = null;
  /** @type {string | null} */
  let model = null;
  /** @type {LibraryState} */
  let state = { phase: "unknown" };
  /** Who waits for the books of a span, by the number of the question. @type {Map<number, (books: FoundBook[]) => void>} */
  const waiting = new Map();
  let asked = 0;

  /** @param {LibraryState} next */
  function show(next) {
    const changed = next.phase !== state.phase;
    state = next;
    node.dataset["phase"] = next.phase;
    node.hidden = next.phase === "unknown" || next.phase === "none";
    track.hidden = next.phase !== "loading";
    load.hidden = next.phase !== "offered" && next.phase !== "failed";
    switch (next.phase) {
      case "offered":
        text.textContent = "Its library, every word that the model has read, tells what is new and which phrases were copied.";
        load.textContent = `Load the library (${megabytes(next.bytes)} MB)`;
        break;
      case "loading": {
        const share = next.total > 0 ? next.loaded / next.total : 0;
        text.textContent = `Loading the library: ${megabytes(next.loaded)} of ${megabytes(next.total)} MB`;
        bar.style.setProperty("--done", String(share));
        track.setAttribute("aria-valuenow", String(Math.round(share * 100)));
        track.setAttribute("aria-valuetext", percent(share));
        break;
      }
      case "opening":
        text.textContent = "Unpacking the library: a few seconds.";
        break;
      case "ready":
        text.textContent = `Held against ${count(next.books)} books, ${count(next.words)} words.${next.kept ? "" : " The library could not be stored on this device; it will be loaded again next time."}`;
        break;
      case "failed":
        text.textContent = next.message;
        load.textContent = "Try again";
        break;
    }
    if (changed) said.textContent = next.phase === "loading" ? "Loading the library." : text.textContent;
  }

  /** Ends the worker; nobody may go on waiting for its answers. */
  function end() {
    worker?.terminate();
    worker = null;
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
    show({ phase: "loading", loaded: 0, total: 0 });
    // The worker hears what is posted once its module has started, which it says.
  }

  /** @param {string} message */
  function fail(message) {
    end();
    show({ phase: "failed", message });
  }

  /** @param {FromLibrary} message */
  function onMessage(message) {
    switch (message.type) {
      case "hello":
        if (model !== null) worker?.postMessage({ type: "open", manifest_url: manifestUrl, model });
        break;
      case "progress":
        show({ phase: "loading", loaded: message.loaded, total: message.total });
        break;
      case "opening":
        show({ phase: "opening" });
        break;
      case "opened":
        show({ phase: "ready", books: message.books, words: message.words, kept: message.kept });
        onReady();
        break;
      case "traced":
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

  show(state);
  return {
    node,
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
      if (file === null) return show({ phase: "none" });
      show({ phase: "offered", bytes: file.bytes });
      if ((await isKept(file.sha256)) && model === name) open();
    },
    /**
     * Asks where a text comes from; the answer reaches `onTraced`.
     * @param {{ id: number, text: string, tokens: number, coherence: number | null }} question
     */
    trace(question) {
      if (state.phase === "ready") worker?.postMessage({ type: "trace", ...question });
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
