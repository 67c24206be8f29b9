// A worker without a model, for what needs none: reading grids and links, findings, rows as files. It answers while others write.
import { FATAL, createWorkerClient, missingFeature } from "../../session/worker-client.js";
import { BUSY, silence } from "../../session/watch.js";

/**
 * @import { ExperimentsHelloMessage, FromExperiments } from "../../protocol.js"
 */

/** @typedef {ReturnType<typeof createAnalyst>} Analyst */

/** Workers that may fail one after another before one has answered a question. */
const MOST_FAILURES = 3;

/**
 * @param {object} options
 * @param {(message: string) => void} options.onFailed  a question was not answered
 * @param {(message: string, canRetry: boolean) => void} options.onGone  no worker can be started, or none has come yet; `start` tries again
 * @param {() => void} options.onBack  a worker has started
 */
export function createAnalyst({ onFailed, onGone, onBack }) {
  /** Failures since the last answer. */
  let failures = 0;
  const client = createWorkerClient({
    role: "experiments",
    inOrder: true,
    patience: BUSY,
    onMessage: hear,
    expects: () => (client.waits() ? "worker" : null),
    onSilence(awaited, seconds) {
      // What is on its way may still come.
      if (awaited === "program") onGone(silence(awaited, seconds), true);
      else lose(silence(awaited, seconds));
    },
  });
  /** @type {(hello: ExperimentsHelloMessage) => void} */
  let greet = () => undefined;
  /** @type {Promise<ExperimentsHelloMessage>} */
  const hello = new Promise((resolve) => (greet = resolve));

  /** Starts a worker; also after none could be started. */
  function start() {
    failures = 0;
    const missing = missingFeature();
    if (missing) onGone(missing, false);
    else client.start();
  }

  /** @param {FromExperiments} message */
  function hear(message) {
    if (message.type === "hello") {
      onBack();
      greet(message);
    } else if (message.type !== "error") failures = 0;
    else if (FATAL.includes(message.code)) lose(message.message);
    else onFailed(message.message);
  }

  /**
   * The worker is gone. Its questions go to the next one, for a few times.
   * @param {string} message
   */
  function lose(message) {
    failures += 1;
    if (failures >= MOST_FAILURES) {
      client.stop(message);
      onGone(message, true);
      return;
    }
    if (client.listening()) onFailed(message);
    client.start(message);
  }

  return {
    start,
    /** What the engine accepts, once it has said so. */
    hello,
    /** Refused where the worker fails, which the reader is told. */
    ask: client.ask,
  };
}
