// Starts a worker, restarts it, hands its messages on, and asks it questions. Only this file knows that there is a Worker.

import { hasSimd } from "../parts/features.js";
import { watch } from "./watch.js";

/**
 * @import { ErrorCode, FromExperiments, FromLibrary, FromWorker, ToExperiments, ToLibrary, ToWorker } from "../protocol.js"
 * @import { Awaited, Patience } from "./watch.js"
 */

/**
 * What answers which question.
 * @typedef {{ look: "looked", rewrite: "rewritten", encode: "encoded", means: "means", open_adapter: "adapter_ready", read_link: "link_read", write_link: "link" }} StoryAnswers
 * @typedef {{ trace: "traced", novelty: "novelty", find: "found" }} LibraryAnswers
 * @typedef {{ read_grid: "grid", analyse: "findings", read_sweep_link: "sweep_link_read", write_sweep_link: "sweep_link", write_rows: "rows_written" }} SweepAnswers
 * @typedef {{ check_judge: "judge_checked", analyse_judgements: "effects", agreement: "agreement", read_judge_link: "judge_link_read", write_judge_link: "judge_link" }} JudgeAnswers
 * @typedef {StoryAnswers & LibraryAnswers & SweepAnswers & JudgeAnswers} Answers
 */
/** @template {keyof Answers} Type @typedef {Omit<Extract<ToWorker | ToLibrary | ToExperiments, { type: Type }>, "type" | "id">} Question */
/** @template {keyof Answers} Type @typedef {Extract<FromWorker | FromLibrary | FromExperiments, { type: Answers[Type] }>} Answer */

/** Workers that are asked the same question, one after another. */
const MOST_POSTS = 2;
/** Errors after which a worker is of no more use. @type {ErrorCode[]} */
export const FATAL = ["panic", "memory"];

/**
 * Whether an error ends what a worker is doing: not if a newer request has replaced one that waited, or if a message could not be read.
 * @param {{ id: number | null, code: ErrorCode }} error
 */
export const endsTask = ({ id, code }) => code !== "replaced" && (id !== null || FATAL.includes(code));

/** Why a question has no answer. */
export class Unanswered extends Error {
  /**
   * @param {string} message
   * @param {ErrorCode | null} code  null where the worker that had the question has gone
   */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

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
 * @typedef {"stories" | "library" | "experiments"} Role
 */

/** @param {Role} role */
function startWorker(role) {
  const url = new URL("../worker.js", import.meta.url);
  if (role !== "stories") url.searchParams.set("role", role);
  // ?simd=plain or ?simd=relaxed in the page's address chooses the engine's module, to compare the two.
  const forced = new URL(document.baseURI).searchParams.get("simd");
  if (forced) url.searchParams.set("simd", forced);
  return new Worker(url, { type: "module", name: `fabula ${role}` });
}

/** @typedef {ReturnType<typeof createWorkerClient>} WorkerClient */

/**
 * `inOrder`: the worker answers questions in the order of asking, so that an error without a number belongs to the oldest.
 * @param {object} options
 * @param {Role} options.role
 * @param {boolean} [options.inOrder]
 * @param {Patience | (() => Patience)} [options.patience]
 * @param {(message: any) => void} options.onMessage  every message, before the question that it answers is settled
 * @param {() => Awaited | null} options.expects  what a worker that has said hello is waited for
 * @param {(awaited: Awaited, seconds: number) => void} options.onSilence
 * @param {() => void} [options.onHeard]  the silence is over
 */
export function createWorkerClient({ role, inOrder = false, patience, onMessage, expects, onSilence, onHeard }) {
  /** @type {Worker | null} */
  let worker = null;
  /** Whether it has said hello, so that it hears what is posted. */
  let listening = false;
  /** @type {() => void} */
  let unwatch = () => undefined;
  /**
   * `isPosted`: to this worker; `posts`: to all so far.
   * @typedef {{ message: { type: string, id: number }, isPosted: boolean, posts: number, answer: (message: any) => void, refuse: (error: Unanswered) => void }} Waiting
   */
  /** Questions without an answer, the oldest first. @type {Map<number, Waiting>} */
  const waiting = new Map();
  let numbers = 0;

  function number() {
    numbers += 1;
    return numbers;
  }

  function end() {
    unwatch();
    worker?.terminate();
    worker = null;
    listening = false;
  }

  /**
   * Refuses questions whose worker has gone.
   * @param {string} why
   * @param {(question: Waiting) => boolean} which
   */
  function refuse(why, which) {
    for (const [id, question] of waiting) {
      if (!which(question)) continue;
      waiting.delete(id);
      question.refuse(new Unanswered(why, null));
    }
  }

  function postWaiting() {
    for (const question of waiting.values()) {
      if (question.isPosted) continue;
      question.isPosted = true;
      question.posts += 1;
      worker?.postMessage(question.message);
    }
  }

  /** @param {any} message */
  function hear(message) {
    const from = worker;
    listening ||= message.type === "hello";
    onMessage(message);
    if (worker !== from) return;
    if (message.type === "hello") return postWaiting();
    const isError = message.type === "error";
    const id = message.id ?? (isError && inOrder ? waiting.keys().next().value : null);
    const question = waiting.get(id);
    waiting.delete(id);
    if (isError) question?.refuse(new Unanswered(message.message, message.code));
    else question?.answer(message);
  }

  return {
    /**
     * Starts a fresh worker in place of the one there may be. It gets the questions that wait, but for those that two workers have had: they
     * may be what ended them.
     * @param {string} [why]
     */
    start(why = "The worker was started again.") {
      end();
      refuse(why, ({ posts }) => posts >= MOST_POSTS);
      for (const question of waiting.values()) question.isPosted = false;
      const fresh = startWorker(role);
      worker = fresh;
      unwatch = watch(fresh, {
        ...(patience ? { patience } : {}),
        expects: () => (listening ? expects() : "program"),
        onSilence,
        ...(onHeard ? { onHeard } : {}),
      });
      // A message of a worker already given up must not reach the page.
      fresh.addEventListener("message", ({ data }) => {
        if (fresh === worker && data.type !== "pong") hear(data);
      });
      fresh.addEventListener("error", (event) => {
        if (fresh !== worker) return;
        const what = role === "library" ? "library" : "story engine";
        const message = `The ${what} could not run${event.message ? ` (${event.message})` : ""}. Check the connection and try again. Nothing you typed is lost.`;
        hear({ type: "error", id: null, code: "panic", message });
      });
    },

    /**
     * Ends the worker, and refuses all questions.
     * @param {string} [why]
     */
    stop(why = "The worker was stopped.") {
      end();
      refuse(why, () => true);
    },

    /** Whether what is posted is heard. */
    listening: () => listening,
    /** Whether questions wait for their answers. */
    waits: () => waiting.size > 0,
    /** A number for a question or a story, never given before. */
    number,
    /** @param {ToWorker | ToLibrary | ToExperiments} message */
    post: (message) => worker?.postMessage(message),

    /**
     * Asks the worker, as soon as it hears. Refused with {@link Unanswered} where the worker says why it cannot answer, where it ends, and
     * so also where the watch finds it silent: a question needs no time-out of its own.
     * @template {keyof Answers} Type
     * @param {Type} type
     * @param {Question<Type>} question
     * @returns {Promise<Answer<Type>>}
     */
    ask(type, question) {
      if (worker === null) return Promise.reject(new Unanswered("The story engine is not running.", null));
      const message = { type, id: number(), ...question };
      return new Promise((answer, refused) => {
        waiting.set(message.id, { message, isPosted: false, posts: 0, answer, refuse: refused });
        if (listening) postWaiting();
      });
    },
  };
}
