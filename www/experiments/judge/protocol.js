// What the experiment in self-evaluation asks, in words. docs/experiments.md says the same at length.

/**
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Self-evaluation";
export const question =
  "The model’s own numbers rank its drafts and rewrite its weakest sentences. Do the stories change by it, beyond the score that chose them?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "Stories chosen by the score differ from stories chosen at random not only in the score, but also in numbers that the score does not contain.",
  settings:
    "The score is a weighted mean of coherence, novelty and relevance, each 0 to 1. Best of n: n drafts of one prompt, of which the one with the greatest score is taken. Revise: each round finds the sentence that owes least to what stands before it (the least contextual gain a token), redrafts it k times, and keeps whatever gives the whole story the greatest score; what comes after stays as it was.",
  measure:
    "The score and its parts, and what it does not contain: surprise, contextual gain, log-probability, excess surprise, repetition, variety, length; copied spans where novelty counts. Some of these lie near the score, so none is wholly independent of it.",
  control:
    "The same compute with a choice at random: one of the same n drafts; or the same story, as many rounds, the same seeds for the redrafts, but one candidate drawn at random, the old sentence among them.",
  analysis:
    "Judged − control, averaged over the seeds of a prompt; prompts are the units. 95% bootstrap intervals, a paired sign-flip test, Holm’s correction over all numbers together, level 0.05. That the score rises is true by construction and proves nothing. What does not pass is undecided, not equal; fewer than about ten prompts cannot show anything.",
  paper: [
    "What this is not: the model does not want a better story. It has no intention and no motivation, does not know that it is judged, and gains nothing by a higher score. A stated formula puts drafts into an order; “self-evaluation” is a manner of speaking.",
    "Product: does choosing change the stories? That is what the table tells. The score is a proxy for value, built from numbers that know little of what makes a story good; no person’s taste is in it, unless you rate the stories yourself.",
    "Process: drafting, judging and revising are what people call a creative process, and each step can be watched below. But the loop is ours, written by hand around a model that does the same at every step: predict the next token.",
    "Press: no world receives the story and answers; your own ratings are the nearest to it here. Person: there is nobody with reasons to write.",
    "In Boden’s terms it stays exploratory: choosing among drafts searches the space that the model spans already. Each draft is combinational at most, and nothing here is transformational, since nothing changes that space.",
  ],
};

/** Openings of different kinds, beside the default one: tale, dialogue, memory, question, letter, suspense and others. */
export const PROMPTS = [
  "“Who are you?” asked the girl, and the stranger laughed.",
  "I had never seen the sea before that morning.",
  "The king had three sons, and none of them could sleep.",
  "It was raining when the train stopped between two stations.",
  "Why does the moon follow us home?",
  "The old clockmaker opened the box and found it empty.",
  "Dear sister, you will not believe what has happened here.",
  "Nobody in the village dared to cross the bridge at night.",
  "First, take a lantern and a little bread.",
  "The storm had carried away the mast, and still the captain sang.",
  "Long ago, before there were mountains, the wind lived alone.",
];
