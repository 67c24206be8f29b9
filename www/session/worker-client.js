// Starts the worker, restarts it, and hands its messages on. Only this file knows that there is a Worker.

import { hasSimd } from "../parts/features.js";
import { watch } from "./watch.js";

/**
 * @import { FromWorker, ToWorker } from "../protocol.js"
 * @import { Awaited } from "./watch.js"
 */

/** The first versions that have everything the page uses. */
const UPDATE = "Update it: Chrome or Edge 123, Firefox 120, Safari 17.5 and anything newer will do.";

/**
 * Why this browser cannot run the engine, or null when it can.
 * @returns {string | null}
 */
export function missingFeature() {
  if (typeof WebAssembly !== "object") {
    return "This browser does not run WebAssembly, or has it switched off. Switch it on, or open the page in a current Chrome, Edge, Firefox or Safari.";
  }
  if (typeof Worker !== "function") return "This browser has no web workers. Open the page in a current browser.";
  if (!hasSimd()) {
    return `This browser has no WebAssembly SIMD, which the story engine needs. ${UPDATE}`;
  }
  // The worker is a module, which only an actual start can probe. Every browser with this newer part of CSS runs them.
  if (!CSS.supports("color", "light-dark(red, red)")) return `This browser is too old for this page. ${UPDATE}`;
  return null;
}

/**
 * A worker that writes stories, one that searches the library, or one for experiments.
 * @param {"stories" | "library" | "experiments"} role
 */
export function startWorker(role) {
  const url = new URL("../worker.js", import.meta.url);
  if (role !== "stories") url.searchParams.set("role", role);
  // ?simd=plain or ?simd=relaxed in the page's address chooses the engine's module, to compare the two.
  const forced = new URL(document.baseURI).searchParams.get("simd");
  if (forced) url.searchParams.set("simd", forced);
  return new Worker(url, { type: "module", name: `fabula ${role}` });
}

/**
 * @param {object} options
 * @param {(message: FromWorker) => void} options.onMessage
 * @param {() => Awaited | null} options.expects  what the worker is waited for
 * @param {(awaited: Awaited, seconds: number) => void} options.onSilence
 * @param {() => void} options.onHeard  the silence is over
 */
export function createWorkerClient({ onMessage, expects, onSilence, onHeard }) {
  /** @type {Worker | null} */
  let worker = null;
  /** @type {() => void} */
  let unwatch = () => undefined;

  function stop() {
    unwatch();
    worker?.terminate();
    worker = null;
  }

  /** Ends the worker there may be and starts a fresh one. */
  function start() {
    stop();
    const fresh = startWorker("stories");
    worker = fresh;
    unwatch = watch(fresh, { expects, onSilence, onHeard });
    // A message of a worker already given up must not reach the page.
    fresh.addEventListener("message", (event) => {
      if (fresh === worker) onMessage(event.data);
    });
    fresh.addEventListener("error", (event) => {
      if (fresh !== worker) return;
      const detail = event.message ? ` (${event.message})` : "";
      onMessage({
        type: "error",
        id: null,
        code: "panic",
        message: `The story engine could not run${detail}. Check the connection and start it again; nothing you typed is lost.`,
      });
    });
  }

  return {
    start,
    stop,
    /** @param {ToWorker} message */
    post(message) {
      worker?.postMessage(message);
    },
  };
}
