// Notices silence: a server that stops in the middle of a file, a worker that the browser has closed. Neither sends an error.
import { readJson } from "../parts/read.js";

/**
 * What is waited for: the engine's program, more bytes of a file, or an answer of the worker itself.
 * @typedef {"program" | "server" | "worker"} Awaited
 */

/** Seconds without a sign of it. @typedef {Partial<Record<Awaited, number>>} Patience */

/** @type {Record<Awaited, number>} */
const PATIENCE = { program: 20, server: 15, worker: 10 };

/** For a worker that may compute for long before it looks at its messages, because it opens the library or analyses stories. */
export const BUSY = { worker: 60 };

/** Seconds more per story of an analysis: on a slow phone, 10,000 stories take minutes. */
const PER_STORY = 0.03;

/**
 * How long the worker that analyses may compute.
 * @param {number} stories
 */
export const analysing = (stories) => ({ worker: BUSY.worker + Math.ceil(PER_STORY * stories) });

/** ?patience=SECONDS in the page's address replaces all of them. @returns {Patience} */
function chosen() {
  const seconds = Number(new URL(document.baseURI).searchParams.get("patience"));
  return seconds > 0 ? { program: seconds, server: seconds, worker: seconds } : {};
}

/**
 * Watches a worker. While an answer of the worker itself is awaited, it is asked for a sign of life, which www/worker.js gives between
 * two steps of the engine. A timer counts the seconds. It stops with the page, so that sleep of the device is not taken for silence.
 * @param {Worker} worker
 * @param {object} options
 * @param {() => Awaited | null} options.expects  what is waited for now
 * @param {Patience | (() => Patience)} [options.patience]  if it is not the default
 * @param {(awaited: Awaited, seconds: number) => void} options.onSilence  once, until something is heard
 * @param {() => void} [options.onHeard]  the silence is over
 * @returns {() => void}  ends the watch
 */
export function watch(worker, { expects, patience = {}, onSilence, onHeard = () => undefined }) {
  const limits = () => ({ ...PATIENCE, ...(typeof patience === "function" ? patience() : patience), ...chosen() });
  const tick = Math.min(1, ...Object.values(limits()).map((seconds) => seconds / 4));
  /** @type {Awaited | null} */
  let awaited = null;
  let silent = 0;
  let told = false;

  function hear() {
    silent = 0;
    if (!told) return;
    told = false;
    onHeard();
  }

  worker.addEventListener("message", ({ data }) => {
    // A worker that lives does not mean that its server does.
    if (data.type !== "pong" || awaited === "worker") hear();
  });
  const timer = setInterval(() => {
    const now = expects();
    if (now !== awaited) hear();
    awaited = now;
    if (awaited === null) return;
    if (awaited === "worker") worker.postMessage({ type: "ping" });
    silent += tick;
    const limit = limits()[awaited];
    if (told || silent < limit) return;
    told = true;
    onSilence(awaited, limit);
  }, 1000 * tick);
  return () => clearInterval(timer);
}

/** A server was silent; the message says how long. */
export class Silent extends Error {}

/**
 * What the server is asked for, or {@link Silent} if it does not come in time.
 * @template Value
 * @param {Promise<Value>} asked
 * @returns {Promise<Value>}
 */
export function soon(asked) {
  const seconds = chosen().server ?? PATIENCE.server;
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, refuse) => {
    timer = window.setTimeout(() => refuse(new Silent(silence("server", seconds))), 1000 * seconds);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/**
 * The parts of a file as they arrive. Throws {@link Silent} if no bytes come in time, however long the whole file takes.
 * @param {Response} response
 */
export async function* partsOf(response) {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await soon(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/**
 * A JSON file from the server. Throws {@link Silent} as {@link partsOf} does.
 * @param {Response} response
 * @returns {Promise<any>}
 * @throws {SyntaxError}  it is not JSON
 */
export async function jsonOf(response) {
  const parts = [];
  for await (const part of partsOf(response)) parts.push(part);
  return readJson(new Blob(parts));
}

/**
 * A silence in a sentence for the reader.
 * @param {Awaited} awaited
 * @param {number} seconds
 */
export function silence(awaited, seconds) {
  const time = seconds === 1 ? "1 second" : `${seconds} seconds`;
  if (awaited === "worker") return `The story engine has not answered for ${time}.`;
  if (awaited === "server") return `The server has sent nothing for ${time}.`;
  return `The story engine has not arrived after ${time}. The connection may be slow or broken.`;
}
