// What the experiment in self-evaluation asks, in words. docs/experiments.md says the same at length.

/**
 * @import { Ours } from "../views/ours.js"
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Self-evaluation";
export const question =
  "A score of the model’s own numbers chooses the best draft, or the best version of a weak sentence. Does that change the stories, beyond the score itself?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "Stories chosen by the score differ from stories chosen at random not only in the score, but also in numbers that the score does not contain.",
  settings:
    "The score is a weighted mean of coherence, novelty and relevance, each from 0 to 1; coherence counts most where it is as people write. Best of n: of n drafts of one prompt, the one with the highest score is chosen. Revise: each round finds the sentence that gains least from its context (the lowest contextual gain per token) and redrafts it k times. It keeps whatever gives the whole story the highest score. The text after it stays as it was.",
  measure:
    "The score and its parts, and metrics that it does not contain: surprise, contextual gain, log-probability, excess surprise, repetition, variety, length, and copied spans if novelty counts. Some are related to the score, so none is wholly independent.",
  control:
    "The same computation with a random choice. Best of n: one of the other drafts; the numbers are compared with the mean of all of these, which is what a random choice gives on average. Revise: the same story, rounds and seeds, but one candidate, or the old sentence, is drawn at random.",
  analysis:
    "Judged − control, averaged over the seeds of a prompt, with prompts as units. 95% bootstrap intervals, a paired sign-flip test, Holm’s correction over all eight metrics together, level 0.05. The score is not among them: it rises by construction. A metric that does not pass is undecided, not equal. Fewer than about ten prompts cannot show anything.",
  paper: [
    "What this is not: the model does not want a better story. It has no intention and no motive, does not know that it is judged, and gains nothing from a higher score. A stated formula ranks the drafts. “Self-evaluation” is a figure of speech.",
    "Product: does choosing change the stories? The table shows that. The score is a proxy for value, built from numbers that know little about what makes a story good. It contains no person’s taste, unless you rate the stories yourself.",
    "Process: people call drafting, judging and revising a creative process, and you can watch each step below. But we wrote the loop by hand around a model that does the same thing at every step: predict the next token.",
    "Press (the environment): no audience receives the story and answers. Your own ratings come closest to it. Person: nobody here has reasons to write.",
    "In Boden’s terms this stays exploratory: choosing among drafts searches the space that the model already spans. Each draft is combinational at most. Nothing here is transformational, because nothing changes that space.",
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

/** @type {Ours} */
export const ours = {
  picture: "judge-differences.svg",
  width: 720,
  height: 414,
  alt: "Differences between judged stories and their control, for best of 8 and for revise, each with its interval.",
  says: [
    "In best of eight, four of the eight numbers differ, two of them outside the score: the chosen drafts take longer shots (surprise 0.94 instead of 0.87) and repeat fewer pairs of words.",
    "In revision, only length differs.",
  ],
  section: "self-evaluation",
};
