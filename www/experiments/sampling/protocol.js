// What the sampling experiment asks, in words.

/**
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Sampling strategies";
export const question =
  "How the next word is drawn decides how new, how coherent and how surprising a story is. How, and where does it break?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "More randomness (a higher temperature or top-p) makes stories newer and more surprising. Beyond some point it makes them less coherent. In between, settings may give both novelty and coherence.",
  settings:
    "Two settings of the sampling chain over a grid. Every cell has the same prompts and the same seeds. Nothing else differs between cells.",
  measure:
    "Novelty: the share of word triples that stand in none of the books. Coherence: 0 is as people write; below the human range a story breaks down, above it are safe, stock phrases. Surprise: how unlikely the tokens were, as a share of what the model expected. You can select any other metric.",
  control:
    "Each value is compared with the lowest value of its axis, with the same seeds and prompts, so that a lucky seed helps both sides. Human passages are the second yardstick: temperature 0 is not zero creativity.",
  analysis:
    "Means with 95% bootstrap intervals over seeds and prompts. A paired sign-flip permutation test along each axis, averaged over the other axis, with Holm’s correction over the comparisons of the axis. What does not pass is called undecided, not equal.",
  paper: [
    "Product: only the texts are measured. Boden asks for novelty, surprise and value together. Novelty and surprise are counted here, and coherence stands for a part of value. No number says whether a story is good.",
    "Process: sampling is the part of writing that this experiment varies. It weighs words that the model already considers possible. That is combinational creativity at most, and exploratory only within the space that training left. Nothing here changes that space, so nothing is transformational.",
    "Press: no audience judges the stories. Human passages stand for the culture in which a text is new. Person: a draw from a distribution has no intention. A higher temperature does not make an author braver.",
  ],
};
