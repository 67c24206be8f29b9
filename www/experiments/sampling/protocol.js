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
    "More randomness (a higher temperature, a higher top-p) makes stories newer and more surprising, and from some point on less coherent. Between the two there may be settings that are both new and coherent.",
  settings:
    "Two settings of the sampling chain over a grid. Every cell has the same prompts and the same seeds; nothing else differs between cells.",
  measure:
    "Novelty: new word triples against the library. Coherence: what the context tells of each word, as a share of where people’s range begins. Surprise: entropy per word. Each is held against people’s passages of the same length; any other number of a story can be chosen.",
  control:
    "Each value is held against the lowest one of its axis, with the same seeds and prompts, so that a lucky seed helps both sides. People’s passages are the other yardstick: temperature 0 is no zero of creativity.",
  analysis:
    "Means with 95% bootstrap intervals over seeds and prompts. A paired sign-flip permutation test along each axis, averaged over the other one, with Holm’s correction over the axis’s comparisons. What the test cannot tell apart is called so, and is not proof of equality.",
  paper: [
    "Product: only the texts are measured. Boden asks for novelty, surprise and value together; novelty and surprise are counted here, coherence stands in for a part of value, and no number says whether a story is good.",
    "Process: sampling is the part of writing that this experiment turns. It weighs words that the model holds possible: combinational creativity at most, and exploratory only within the space that training left. Nothing here changes that space, so nothing is transformational.",
    "Press: no audience judges; people’s passages stand for the culture that a text is new to. Person: there is no intention behind a draw from a distribution. A higher temperature does not make an author braver.",
  ],
};
