// A worker without a model, for what needs none: reading grids and links, findings, rows as files. It answers while others write.
import { missingFeature, startWorker } from "../../session/worker-client.js";

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

/**
 * @param {{ onFailed: (message: string) => void }} options
 */
export function createAnalyst({ onFailed }) {
  /** Who waits for the answer to which question. @type {Map<number, { answer: (message: any) => void, refuse: (error: Error) => void }>} */
  const waiting = new Map();
  let asked = 0;
  /** @type {Worker | null} */
  let worker = null;
  /** @type {(hello: ExperimentsHello) => void} */
  let greet = () => undefined;
  /** Of the worker that answers now. @type {Promise<ExperimentsHello>} */
  let greeted = new Promise((resolve) => (greet = resolve));
  const hello = greeted;

  function start() {
    const missing = missingFeature();
    if (missing) return onFailed(missing);
    worker = startWorker("experiments");
    worker.addEventListener("message", (event) => hear(event.data));
    worker.addEventListener("error", () =>
      onFailed("The experiments could not be started. Check the connection and reload the page."),
    );
  }

  /** @param {FromExperiments} message */
  function hear(message) {
    if (message.type === "hello") greet(message);
    else if (message.type === "error") fail(message.code, message.message);
    else if ("id" in message && message.id !== null) {
      waiting.get(message.id)?.answer(message);
      waiting.delete(message.id);
    }
  }

  /**
   * Nobody knows which question it was: none of them is waited for any more.
   * @param {string} code
   * @param {string} message
   */
  function fail(code, message) {
    onFailed(message);
    for (const { refuse } of waiting.values()) refuse(new Error(message));
    waiting.clear();
    if (!FATAL.includes(code)) return;
    worker?.terminate();
    greeted = new Promise((resolve) => (greet = resolve));
    start();
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
    async ask(type, question) {
      // The worker hears what is posted once it has said hello.
      await greeted;
      asked += 1;
      const id = asked;
      worker?.postMessage({ type, id, ...question });
      return new Promise((answer, refuse) => waiting.set(id, { answer, refuse }));
    },
  };
}
