// What the sampling experiment asks, in words.

/**
 * @import { Ours } from "../views/ours.js"
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Sampling strategies";
export const question =
  "How do the samplers change the novelty, coherence and surprise of stories? At which settings do stories fall apart?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "More randomness (a higher temperature or top-p) makes stories newer and more surprising. Beyond some point it makes them less coherent. Settings in between may give both novelty and coherence.",
  settings:
    "A grid of two sampling settings. A cell is one combination of their values. Every cell has the same prompts and seeds. Nothing else differs between cells.",
  measure:
    "Novelty: the share of word triples that stand in none of the books. Coherence: 0 is as people write; below the human range a story breaks down, above it are safe, stock phrases. Surprise: how unlikely the tokens were, as a share of what the model expected. You can select any other metric.",
  control:
    "Each value is compared with the lowest value of its axis, with the same seeds and prompts, so that a lucky seed helps both sides. Human passages are a second comparison: temperature 0 is not zero creativity.",
  analysis:
    "Means with 95% bootstrap intervals over seeds and prompts. A paired sign-flip permutation test along each axis, averaged over the other axis, with Holm’s correction over the comparisons of the axis. What does not pass is called undecided, which does not prove equality.",
  paper: [
    "Product: only the texts are measured. Boden asks for novelty, surprise and value together. Novelty and surprise are counted here, and coherence stands for a part of value. No number says whether a story is good.",
    "Process: sampling is the part of writing that this experiment varies. It changes the probabilities of words that the model already considers possible. In Boden’s terms, that is combinational creativity at most, and exploratory only within the space that training defined. Nothing here changes that space, so nothing is transformational.",
    "Press (the environment): no audience judges the stories. Human passages stand for the culture in which a text is new. Person: a draw from a distribution has no intention. A higher temperature does not make a braver author.",
  ],
};

/** @type {Ours} */
export const ours = {
  picture: "sampling-map.svg",
  width: 720,
  height: 420,
  alt: "A map of 35 settings between novelty and coherence. They lie near one line that falls and passes through the box of the human range.",
  says: [
    "Novelty rises from temperature 0.8 on, and coherence falls from 0.5 on.",
    "Between stock phrases and breakdown lies a window in which stories are as new and as coherent as people write.",
  ],
  section: "sampling-strategies",
};
