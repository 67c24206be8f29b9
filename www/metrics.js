// The metrics panel: Novelty and Coherence, each with a headline, its parts and what they mean.
import { element } from "./dom.js";
import { NOTHING, decimal, percent } from "./format.js";

/**
 * @import { Metrics } from "./protocol.js"
 */

/** The mean log-probability at which the bar is empty; a bar is a help for the eye, the number is what counts. */
const EMPTY_BITS = -8;

const TOO_SHORT = "too short";
const NOTHING_EARLIER = "there is no earlier story to compare with, or this one has fewer than three words";

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {(metrics: Metrics) => string} value
 */

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {string} about
 * @property {string} unit
 * @property {(metrics: Metrics) => string} headline
 * @property {(metrics: Metrics) => number} bar  0 to 1
 * @property {(metrics: Metrics) => string} say
 * @property {Part[]} parts
 * @property {string} caution  always in sight, so that nobody takes the number for more than it is
 * @property {string[]} explanation
 */

/** @type {Group[]} */
const GROUPS = [
  {
    name: "Novelty",
    about: "new to this session",
    unit: "new",
    headline: (metrics) => percent(metrics.session_novelty),
    bar: (metrics) => metrics.session_novelty ?? 0,
    say: ({ session_novelty }) =>
      session_novelty === null
        ? `No number: ${NOTHING_EARLIER}.`
        : "Share of this story’s words, word pairs and word triples that no earlier story on this page contains (mean of the three).",
    parts: [
      { name: "distinct-1 (words)", value: (metrics) => percent(metrics.distinct_1) },
      { name: "distinct-2 (word pairs)", value: (metrics) => percent(metrics.distinct_2) },
      { name: "distinct-3 (word triples)", value: (metrics) => percent(metrics.distinct_3) },
    ],
    caution: "Gibberish is new, too.",
    explanation: [
      "The examples count as earlier stories. 100%: none of the wording has been used before. 0%: all of it has. The number can only fall as stories gather: new to this session, not new to the world.",
      "Distinct-n looks at this story alone: its distinct word n-grams divided by all of them, where an n-gram is n words in a row. Longer texts score lower, so compare stories of one length.",
    ],
  },
  {
    name: "Coherence",
    about: "as the model sees it",
    unit: "bits per token",
    headline: (metrics) => decimal(metrics.mean_log_probability_bits, 2),
    bar: ({ mean_log_probability_bits: bits }) => (bits === null ? 0 : 1 - bits / EMPTY_BITS),
    say: ({ mean_log_probability_bits }) =>
      mean_log_probability_bits === null
        ? "No number: nothing is written yet."
        : "Mean log-probability of its tokens under the model at temperature 1.",
    parts: [
      { name: "perplexity", value: (metrics) => decimal(metrics.perplexity, 1) },
      { name: "seq-rep-4 (repetition)", value: (metrics) => percent(metrics.seq_rep_4) },
    ],
    caution: "High, near 0, means “safe”, not good, and repetition flatters it.",
    explanation: [
      "The model gives every token, a word or a part of one, a probability; the mean of their logarithms says how well the story hangs together for the model itself, whatever the sliders say. Perplexity is the same number told as a choice: 2 to the power of minus the mean, so −3 bits are as unsure as between 8 equally likely tokens.",
      "Seq-rep-4 is the share of repeated runs of four tokens: 1 minus the distinct ones divided by all. It stands here because repeating oneself makes a text look more coherent than it is.",
    ],
  },
];

/**
 * @param {Group} group
 */
function createGroup(group) {
  const headline = element("b");
  const fill = element("i");
  const unit = element("span", {}, group.unit);
  const say = element("p", { class: "say" });
  const values = group.parts.map(() => element("dd", {}, NOTHING));
  const node = element(
    "section",
    { class: "card metric", role: "group", "aria-label": group.name },
    element("h2", {}, group.name, " ", element("small", {}, group.about)),
    element("p", { class: "headline" }, headline, unit),
    element("div", { class: "scale", "aria-hidden": "true" }, fill),
    say,
    element("dl", { class: "parts" }, ...group.parts.flatMap((part, index) => [element("dt", {}, part.name), values[index] ?? ""])),
    element("p", { class: "caution" }, group.caution),
    element("details", {}, element("summary", {}, `What is ${group.name.toLowerCase()} here?`), ...group.explanation.map((text) => element("p", {}, text))),
  );

  /** @param {Metrics | null} metrics */
  function show(metrics) {
    headline.textContent = metrics ? group.headline(metrics) : NOTHING;
    unit.hidden = headline.textContent === NOTHING;
    fill.style.setProperty("--at", String(metrics ? Math.min(1, Math.max(0, group.bar(metrics))) : 0));
    say.textContent = metrics ? group.say(metrics) : "Measured as soon as there is a story.";
    group.parts.forEach((part, index) => {
      const value = metrics ? part.value(metrics) : NOTHING;
      values[index]?.replaceChildren(...(metrics && value === NOTHING ? [element("span", { class: "why" }, TOO_SHORT), " "] : []), value);
    });
  }

  show(null);
  return { node, show };
}

/** The two groups; `show(null)` empties them. */
export function createMetrics() {
  const groups = GROUPS.map(createGroup);
  return {
    nodes: groups.map((group) => group.node),
    /** @param {Metrics | null} metrics */
    show(metrics) {
      for (const group of groups) group.show(metrics);
    },
  };
}
