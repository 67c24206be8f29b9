// The settings of a story in one line.
import { adapterWords } from "./adapter-words.js";
import { chainWords } from "./chain-words.js";
import { decimal } from "../parts/format.js";

/** @import { ChainDescription, Settings } from "../protocol.js" */

/** What is written where nobody has asked for another length. */
const USUAL_LENGTH = 160;

/**
 * What wrote a story: temperature, top-p, seed, and whatever else is not the default.
 * @param {Settings} settings
 * @param {ChainDescription | null} chain
 */
export function settingsWords(settings, chain) {
  const { temperature, top_p, seed, length } = settings;
  return [
    `Temperature ${decimal(temperature, 2)}`,
    `top-p ${decimal(top_p, 2)}`,
    `seed ${seed}`,
    chainWords(settings, chain),
    adapterWords(settings),
    length === USUAL_LENGTH ? "" : `length ${length}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
