// A worker without a model, for what needs none: reading grids and links, findings, rows as files. It answers while others write.
import { missingFeature, startWorker } from "../../session/worker-client.js";
import { analysing, silence, watch } from "../../session/watch.js";

/**
 * @import { ExperimentsHello, FindingsMessage, FromExperiments, GridMessage, JudgeAgreementMessage, JudgeCheckedMessage, JudgeEffectsMessage, JudgeLinkMessage, JudgeLinkReadMessage, RowsWrittenMessage, SweepLinkMessage, SweepLinkReadMessage, ToAnalyst } from "../../protocol.js"
 */

/**
 * What answers which question.
 * @typedef {{ read_grid: GridMessage, analyse: FindingsMessage, read_sweep_link: SweepLinkReadMessage, write_sweep_link: SweepLinkMessage, write_rows: RowsWrittenMessage }} SweepAnswers
 * @typedef {{ check_judge: JudgeCheckedMessage, analyse_judgements: JudgeEffectsMessage, agreement: JudgeAgreementMessage, read_judge_link: JudgeLinkReadMessage, write_judge_link: JudgeLinkMessage }} JudgeAnswers
 * @typedef {SweepAnswers & JudgeAnswers} Answers
 */

/** @typedef {ReturnType<typeof createAnalyst>} Analyst */

/** Errors after which a worker is of no more use. */
const FATAL = ["panic", "memory"];
/** Workers that may fail one after another before one has answered a question. */
const MOST_FAILURES = 3;

/**
 * @param {object} options
 * @param {(message: string) => void} options.onFailed  a question was not answered
 * @param {(message: string, canRetry: boolean) => void} options.onGone  no worker can be started, or none has come yet; `start` tries again
 * @param {() => void} options.onBack  a worker has started
 */
export function createAnalyst({ onFailed, onGone, onBack }) {
  /**
   * A question, and whether a worker has it.
   * @typedef {{ message: { type: string, id: number }, posted: boolean, answer: (message: any) => void, refuse: (error: Error) => void }} Question
   */
  /** Those without an answer, the oldest first. @type {Map<number, Question>} */
  const waiting = new Map();
  let asked = 0;
  /** Of the largest question so far. */
  let stories = 0;
  /** Failures since the last answer. */
  let failures = 0;
  /** @type {Worker | null} */
  let worker = null;
  /** Whether it hears what is posted. */
  let listening = false;
  /** @type {() => void} */
  let unwatch = () => undefined;
  /** @type {(hello: ExperimentsHello) => void} */
  let greet = () => undefined;
  /** @type {Promise<ExperimentsHello>} */
  const hello = new Promise((resolve) => (greet = resolve));

  function end() {
    unwatch();
    worker?.terminate();
    worker = null;
    listening = false;
  }

  function begin() {
    end();
    const fresh = startWorker("experiments");
    worker = fresh;
    fresh.addEventListener("message", (event) => {
      if (fresh === worker) hear(event.data);
    });
    fresh.addEventListener("error", () => {
      if (fresh === worker) lose("The experiments could not be started. Check the connection.");
    });
    unwatch = watch(fresh, {
      patience: () => analysing(stories),
      expects: () => (listening ? (waiting.size > 0 ? "worker" : null) : "program"),
      onSilence(awaited, seconds) {
        // What is on its way may still come.
        if (awaited === "program") onGone(silence(awaited, seconds), true);
        else lose(silence(awaited, seconds));
      },
    });
  }

  /** Starts a worker; also after none could be started. */
  function start() {
    failures = 0;
    const missing = missingFeature();
    if (missing) onGone(missing, false);
    else begin();
  }

  /** @param {FromExperiments} message */
  function hear(message) {
    if (message.type === "hello") {
      listening = true;
      onBack();
      greet(message);
      for (const question of waiting.values()) post(question);
    } else if (message.type === "error") {
      if (FATAL.includes(message.code)) lose(message.message);
      else refuse(message.id, message.message);
    } else if ("id" in message && message.id !== null) {
      failures = 0;
      waiting.get(message.id)?.answer(message);
      waiting.delete(message.id);
    }
  }

  /**
   * A question cannot be answered. The worker answers them in their order: without an id the oldest is meant.
   * @param {number | null} id
   * @param {string} message
   */
  function refuse(id, message) {
    onFailed(message);
    const which = id ?? waiting.keys().next().value;
    if (which === undefined) return;
    waiting.get(which)?.refuse(new Error(message));
    waiting.delete(which);
  }

  /**
   * The worker is gone, and with it the answers to what it had. What waits for its start goes to the next.
   * @param {string} message
   */
  function lose(message) {
    failures += 1;
    const isLast = failures >= MOST_FAILURES;
    const wasListening = listening;
    for (const [id, question] of waiting) {
      if (!question.posted && !isLast) continue;
      question.refuse(new Error(message));
      waiting.delete(id);
    }
    if (isLast) {
      end();
      onGone(message, true);
      return;
    }
    if (wasListening) onFailed(message);
    begin();
  }

  /** @param {Question} question */
  function post(question) {
    question.posted = true;
    worker?.postMessage(question.message);
  }

  return {
    start,
    /** What the engine accepts, once it has said so. */
    hello,
    /**
     * @template {keyof Answers} Type
     * @param {Type} type
     * @param {Omit<Extract<ToAnalyst, { type: Type }>, "type" | "id">} question
     * @returns {Promise<Answers[Type]>}  refused where the worker fails, which the reader is told
     */
    ask(type, question) {
      if (worker === null) return Promise.reject(new Error("The story engine is not running."));
      asked += 1;
      stories = Math.max(stories, ...Object.values(question).map((part) => (Array.isArray(part) ? part.length : 0)));
      const message = { type, id: asked, ...question };
      return new Promise((answer, refused) => {
        const entry = { message, posted: false, answer, refuse: refused };
        waiting.set(message.id, entry);
        if (listening) post(entry);
      });
    },
  };
}
