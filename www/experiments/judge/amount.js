// How much work a self-evaluation is, in stories, in seconds and in words.
import { count } from "../../parts/format.js";
import { promptsInWords, promptsOf } from "../session/prompts.js";
import { expected } from "../views/run-panel.js";

/**
 * @import { JudgeProtocol } from "../../protocol.js"
 */

/** Times that the model goes through a story: to write it, and to judge it without its prompt and sentence by sentence. */
const PASSES = 3;
/** Seconds that a worker takes for a token of a pass, before this device has shown its own speed. */
const TOKEN_SECONDS = 0.0018;
/** Prompts below which nothing can be told from chance, whatever the differences. */
const FEW_PROMPTS = 9;

/** @param {JudgeProtocol} protocol */
export const itemsOf = (protocol) => promptsOf(protocol).length * protocol.seeds;

/**
 * Stories that an item takes, about: a redraft is read with the whole story around it.
 * @param {JudgeProtocol} protocol
 */
export const storiesOf = ({ method }) =>
  "best_of" in method ? method.best_of.drafts : 1 + 2 * method.revise.redrafts * method.revise.rounds;

/** @param {JudgeProtocol} protocol */
export const wayOf = ({ method }) =>
  "best_of" in method
    ? `best of ${method.best_of.drafts} drafts`
    : `${method.revise.rounds} rounds of ${method.revise.redrafts} redrafts`;

/**
 * Tokens of all passes of an item.
 * @param {JudgeProtocol} protocol
 */
const tokensOf = (protocol) => storiesOf(protocol) * protocol.base.length * PASSES;

/** Learns the speed of this device, and says how long a protocol takes on it. */
export function createPace() {
  let secondsPerToken = TOKEN_SECONDS;
  let measured = false;
  return {
    /**
     * @param {JudgeProtocol} protocol
     * @param {number} rate  items a second and worker
     */
    learn(protocol, rate) {
      secondsPerToken = 1 / rate / tokensOf(protocol);
      measured = true;
    },
    /**
     * @param {JudgeProtocol} protocol
     * @param {number} workers
     */
    estimate(protocol, workers) {
      const [items, prompts] = [itemsOf(protocol), promptsOf(protocol).length];
      // Whole turns: the last item of one worker is waited for by all.
      const turns = Math.ceil(items / Math.min(workers, items));
      const few =
        prompts < FEW_PROMPTS
          ? ` With ${prompts === 1 ? "one prompt" : `${prompts} prompts`}, no difference can be distinguished from chance.`
          : "";
      return `${count(items)} ${items === 1 ? "pair" : "pairs"} of stories (${prompts} × ${protocol.seeds}), ${wayOf(protocol)}: ${expected(turns * tokensOf(protocol) * secondsPerToken, measured)}${few}`;
    },
  };
}

/**
 * The settings in words.
 * @param {JudgeProtocol} protocol
 */
export function describe(protocol) {
  const { base, weights, seeds } = protocol;
  return `${wayOf(protocol)}; weights: coherence ${weights.coherence}, novelty ${weights.novelty}, relevance ${weights.relevance}; ${seeds === 1 ? "1 seed" : `${seeds} seeds`} per prompt, from ${base.seed}; ${base.length} tokens; temperature ${base.temperature}; top-p ${base.top_p}; ${promptsInWords(promptsOf(protocol))}`;
}
