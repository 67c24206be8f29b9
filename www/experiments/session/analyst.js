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

/**
 * @param {{ onFailed: (message: string) => void }} options
 */
export function createAnalyst({ onFailed }) {
  /** Who waits for the answer to which question. @type {Map<number, (answer: any) => void>} */
  const waiting = new Map();
  let asked = 0;
  /** @type {Worker | null} */
  let worker = null;
  /** @type {(hello: ExperimentsHello) => void} */
  let greet = () => undefined;
  /** @type {Promise<ExperimentsHello>} */
  const greeted = new Promise((resolve) => (greet = resolve));

  function start() {
    const missing = missingFeature();
    if (missing) return onFailed(missing);
    worker = startWorker("experiments");
    worker.addEventListener("message", (event) => hear(event.data));
    worker.addEventListener("error", () => onFailed("The experiments could not be started. Check the connection and reload the page."));
  }

  /** @param {FromExperiments} message */
  function hear(message) {
    if (message.type === "hello") greet(message);
    else if (message.type === "error") onFailed(message.message);
    else if ("id" in message && message.id !== null) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
  }

  return {
    start,
    /** What the engine accepts, once it has said so. */
    hello: greeted,
    /**
     * @template {keyof Answers} Type
     * @param {Type} type
     * @param {Omit<Extract<ToAnalyst, { type: Type }>, "type" | "id">} question
     * @returns {Promise<Answers[Type]>}
     */
    async ask(type, question) {
      // The worker hears what is posted once it has said hello.
      await greeted;
      asked += 1;
      const id = asked;
      worker?.postMessage({ type, id, ...question });
      return new Promise((resolve) => waiting.set(id, resolve));
    },
  };
}
