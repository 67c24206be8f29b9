// All numbers of the story in one table: each with its value and its place among people's passages.
import { createCurve } from "./curve.js";
import { element } from "../parts/dom.js";
import { NOTHING, capital, percent } from "../parts/format.js";
import { metricOf } from "./metric-list.js";

/**
 * @import { Numbers } from "../protocol.js"
 */

/** What a second reading of the story fills in. */
const LATER = ["contextual_gain_bits", "relevance_bits"];

/** The numbers by what they tell about. */
export const GROUPS = [
  {
    name: "Novelty",
    parts: [
      "novelty",
      "new_ngrams_2",
      "new_ngrams_3",
      "new_ngrams_5",
      "longest_span",
      "coverage",
      "creativity_index",
      "mean_shortest_new",
      "creative_region",
      "session_novelty",
      "self_bleu",
      "distinct_1",
      "distinct_3",
    ],
  },
  {
    name: "Coherence",
    parts: [
      "coherence",
      "slor_per_word_bits",
      "mean_log_probability_bits",
      "perplexity",
      "contextual_gain_bits",
      "relevance_bits",
      "sentence_overlap",
      "seq_rep_4",
    ],
  },
  {
    name: "Surprise",
    parts: [
      "surprise",
      "entropy_per_word_bits",
      "mean_entropy_bits",
      "excess_surprise_bits",
      "surprise_peaks",
      "surprisal_variance",
    ],
  },
];

/** @param {{ root: HTMLDetailsElement }} options  the part that it stands in: it is filled only while that is open */
export function createAllNumbers({ root }) {
  const rows = GROUPS.flatMap(({ name, parts }) =>
    parts.map((metric) => {
      const title = element("span");
      const sentence = element("span", { class: "hint" });
      const value = element("td", {}, NOTHING);
      const place = element("td", { class: "place" });
      const row = element("tr", { "data-group": name }, element("th", { scope: "row" }, title, sentence), value, place);
      return { group: name, metric, title, sentence, value, place, row };
    }),
  );
  const curve = createCurve();
  const head = ["Number", "Value", "People below"].map((text) => element("th", { scope: "col" }, text));
  root.append(
    element(
      "div",
      { class: "numbers-box" },
      element(
        "table",
        { class: "all-numbers", "aria-label": "All numbers of this story" },
        element("thead", {}, element("tr", {}, ...head)),
        ...GROUPS.map(({ name }) =>
          element(
            "tbody",
            {},
            element("tr", {}, element("th", { colspan: 3, scope: "rowgroup" }, name)),
            ...rows.filter(({ group }) => group === name).map(({ row }) => row),
          ),
        ),
      ),
      curve.node,
    ),
  );

  /** @type {{ numbers: Numbers | null, finished: boolean }} */
  let now = { numbers: null, finished: true };
  root.addEventListener("toggle", draw);

  function draw() {
    if (!root.open) return;
    const { numbers, finished } = now;
    curve.show(numbers);
    for (const { metric, value, place } of rows) {
      const known = numbers?.numbers[metric] ?? null;
      const share = numbers?.percentiles[metric];
      const isComing = known === null && !finished && numbers !== null && LATER.includes(metric);
      value.textContent = isComing ? "…" : metricOf(metric).write(known);
      place.textContent = share === undefined ? "" : percent(share);
    }
  }

  return {
    /** Calls the numbers as the engine does, once it has said how. */
    describe() {
      for (const { metric, title, sentence } of rows) {
        const described = metricOf(metric);
        title.textContent = capital(described.title);
        sentence.textContent = described.sentence;
      }
    },
    /**
     * @param {Numbers | null} numbers
     * @param {boolean} finished  whether nothing more is coming
     */
    show(numbers, finished) {
      now = { numbers, finished };
      draw();
    },
    /**
     * How far the second reading is, which fills the places that wait for it.
     * @param {number} done
     */
    progress(done) {
      for (const { metric, value } of rows) if (LATER.includes(metric)) value.textContent = `… ${percent(done)}`;
    },
  };
}
