// The metrics panel: Novelty, Coherence and Surprise, each with a headline that the reader may choose, and its parts.
import { createCurve } from "./curve.js";
import { element } from "../parts/dom.js";
import { NOTHING, decimal, percent } from "../parts/format.js";
import { metricOf } from "./metric-list.js";

/**
 * @import { Numbers, Settings } from "../protocol.js"
 * @import { Metric } from "./metric-list.js"
 */

/** Between these shares of people's passages lies their range. */
const RANGE = [0.1, 0.9];
/** Tokens of the shortest of people's passages that stories are held against. */
const SHORTEST = 32;
/** What stands in a place that the second reading of a story fills. */
const LATER = ["contextual_gain_bits", "relevance_bits"];

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {string} about
 * @property {string[]} headlines  metrics the headline may stand on, the usual one first
 * @property {string[]} parts
 * @property {string} caution  always in sight, so that nobody takes the number for more than it is
 * @property {string} anchor  in methods.html
 * @property {boolean} [curve]  whether the n-novelty curve belongs to it
 */

/** @type {Group[]} */
export const GROUPS = [
  {
    name: "Novelty",
    about: "against the books it read",
    headlines: ["novelty", "creativity_index", "creative_region", "session_novelty"],
    parts: [
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
    caution: "Gibberish is new, too. Agreement with rated creativity +0.5, partly because rare words count as new.",
    anchor: "novelty",
    curve: true,
  },
  {
    name: "Coherence",
    about: "as the model sees it",
    headlines: ["coherence", "slor_per_word_bits", "mean_log_probability_bits", "contextual_gain_bits"],
    parts: [
      "slor_per_word_bits",
      "mean_log_probability_bits",
      "perplexity",
      "contextual_gain_bits",
      "relevance_bits",
      "sentence_overlap",
      "seq_rep_4",
    ],
    caution: "Tells sense from gibberish; among fluent texts its agreement with people is weak, and may be none.",
    anchor: "coherence",
  },
  {
    name: "Surprise",
    about: "against what the model expected",
    headlines: ["surprise", "entropy_per_word_bits", "excess_surprise_bits", "surprise_peaks"],
    parts: [
      "entropy_per_word_bits",
      "mean_entropy_bits",
      "excess_surprise_bits",
      "surprise_peaks",
      "surprisal_variance",
    ],
    caution: "Long shots are not ideas: gibberish surprises most.",
    anchor: "surprise",
  },
];

/**
 * The number in large, what it means, and how far a bar goes.
 * @param {Metric} metric
 * @param {Numbers} numbers
 */
function headlineOf(metric, { numbers, percentiles }) {
  const value = numbers[metric.name] ?? null;
  const place = percentiles[metric.name] ?? null;
  if (value === null) {
    const why = metric.library
      ? "No number without the library, or fewer words than it takes."
      : "No number yet, or too few words.";
    return { large: NOTHING, unit: "", say: `${metric.sentence} ${why}`, bar: null, people: false };
  }
  if (metric.dial) {
    const { from, to, logarithmic, says } = metric.dial;
    const along = (/** @type {number} */ at) => (logarithmic ? Math.log(at) : at);
    const unit = place === null ? "" : says[RANGE.filter((end) => place >= end).length];
    const bar = (along(value) - along(from)) / (along(to) - along(from));
    return { large: metric.write(value), unit: unit ?? "", say: metric.sentence, bar, people: false };
  }
  if (place === null) {
    // Only shares fill a bar.
    return {
      large: metric.write(value),
      unit: "",
      say: metric.sentence,
      bar: metric.written === "percent" ? value : null,
      people: false,
    };
  }
  const say = `${metric.sentence} Here ${metric.write(value)}: ${metric.more} than ${percent(place)} of people’s passages of this length.`;
  return { large: percent(place), unit: "of people’s passages have less", say, bar: place, people: true };
}

/**
 * @param {Group} group
 */
function createGroup(group) {
  const about = element("small", {}, group.about);
  const headline = element("b");
  const unit = element("span");
  const fill = element("i");
  const range = element("u");
  const say = element("p", { class: "say" });
  const options = group.headlines.map((name) => element("option", { value: name }));
  const choice = element("select", { "aria-label": `${group.name} headline` }, ...options);
  const values = group.parts.map(() => element("dd", {}, NOTHING));
  const places = group.parts.map(() => element("dd", { class: "place" }));
  const names = group.parts.map(() => element("dt"));
  const rows = names.flatMap((name, index) => [name, values[index] ?? "", places[index] ?? ""]);
  const extra = element("div", { class: "extra" });
  const curve = group.curve ? createCurve() : null;
  const node = element(
    "section",
    { class: "card metric", role: "group", "aria-label": group.name },
    element("h2", {}, group.name, " ", about),
    element("p", { class: "headline" }, headline, unit),
    element("div", { class: "scale", "aria-hidden": "true" }, range, fill),
    element(
      "p",
      { class: "caution" },
      `${group.caution} `,
      element("a", { href: `methods.html#${group.anchor}` }, "How far to trust it"),
    ),
    extra,
    element(
      "details",
      { class: "all" },
      element("summary", {}, `All of ${group.name.toLowerCase()}`),
      element("label", { class: "choice" }, "Headline ", choice),
      say,
      element(
        "dl",
        { class: "parts three" },
        element("dt", { class: "head" }, "number"),
        element("dd", { class: "head" }, "value"),
        element("dd", { class: "head" }, "people below"),
        ...rows,
      ),
      ...(curve ? [curve.node] : []),
    ),
  );
  /** @type {Numbers | null} */
  let shown = null;
  let complete = true;

  /**
   * @param {Numbers | null} numbers
   * @param {boolean} finished  whether nothing more is coming
   */
  function show(numbers, finished) {
    shown = numbers;
    complete = finished;
    const metric = metricOf(choice.value);
    const {
      large,
      unit: words,
      say: sentence,
      bar,
      people,
    } = numbers
      ? headlineOf(metric, numbers)
      : { large: NOTHING, unit: "", say: "Measured as soon as there is a story.", bar: null, people: false };
    const short = finished && (numbers?.numbers["tokens"] ?? SHORTEST) < SHORTEST;
    // A headline that the reader changed says what it stands on.
    const own = choice.value !== group.headlines[0];
    about.textContent = [own ? metric.title : short ? "" : group.about, short ? "too short to say much" : ""]
      .filter(Boolean)
      .join(", ");
    headline.textContent = large;
    unit.textContent = words;
    say.textContent = sentence;
    range.hidden = !people;
    fill.style.setProperty("--at", String(Math.min(1, Math.max(0, bar ?? 0))));
    curve?.show(numbers);
    group.parts.forEach((name, index) => {
      const value = numbers?.numbers[name] ?? null;
      const place = numbers?.percentiles[name] ?? null;
      const coming = !finished && LATER.includes(name) && numbers !== null;
      values[index]?.replaceChildren(value === null && coming ? "…" : metricOf(name).write(value));
      places[index]?.replaceChildren(place === null ? "" : percent(place));
    });
  }

  /**
   * How far the second reading is, which fills the places that wait for it.
   * @param {number} done
   */
  function progress(done) {
    group.parts.forEach((name, index) => {
      if (LATER.includes(name)) values[index]?.replaceChildren(`… ${percent(done)}`);
    });
  }

  /** Calls the numbers as the engine does, once it has said how. */
  function describe() {
    for (const option of options) option.textContent = metricOf(option.value).title;
    names.forEach((name, index) => {
      const { title, sentence } = metricOf(group.parts[index] ?? "");
      name.textContent = title;
      name.title = sentence;
    });
    show(shown, complete);
  }

  choice.addEventListener("change", () => show(shown, complete));
  describe();
  return { node, show, describe, progress, extra };
}

/**
 * Of a story by an adapter: a poet finds verse likely, so the model without the adapter is asked, too.
 */
function createSecondOpinion() {
  const value = element("strong");
  const node = element(
    "p",
    { class: "second-opinion", hidden: true },
    "By the adapter’s own measure. Coherence by the model without it: ",
    value,
  );
  let adapted = false;
  return {
    node,
    /** @param {Settings} settings  of the story that is shown from now on */
    attribute(settings) {
      adapted = Boolean(settings.adapter?.strength);
    },
    /**
     * @param {Numbers | null} numbers
     * @param {boolean} finished
     */
    show(numbers, finished) {
      const coherence = numbers?.numbers["base_coherence"] ?? null;
      // Of stories from before it was asked, nothing is known.
      node.hidden = !adapted || (finished && coherence === null);
      value.textContent = coherence === null ? "…" : metricOf("coherence").write(coherence);
    },
  };
}

/**
 * The three groups; `show(null)` empties them. `library` is what offers the library, inside Novelty.
 * @param {{ library: HTMLElement }} options
 */
export function createMetrics({ library }) {
  const groups = GROUPS.map(createGroup);
  const secondOpinion = createSecondOpinion();
  groups[0]?.extra.append(library);
  groups[1]?.extra.append(secondOpinion.node);
  return {
    nodes: groups.map((group) => group.node),
    attribute: secondOpinion.attribute,
    describe() {
      for (const group of groups) group.describe();
    },
    /**
     * @param {Numbers | null} numbers
     * @param {boolean} [finished]
     */
    show(numbers, finished = true) {
      for (const group of groups) group.show(numbers, finished);
      secondOpinion.show(numbers, finished);
    },
    /** @param {number} done */
    progress(done) {
      for (const group of groups) group.progress(done);
    },
  };
}

/**
 * The same in one line, for screen readers.
 * @param {Numbers} numbers
 */
export function summaryOf({ numbers, percentiles }) {
  const dials = ["novelty", "coherence", "surprise"].filter((name) => typeof numbers[name] === "number");
  const parts = dials.map((name) => {
    const { large, unit } = headlineOf(metricOf(name), { numbers, percentiles });
    return `${name} ${large}${unit ? `, ${unit}` : ""}`;
  });
  if (parts.length === 0 && typeof numbers["perplexity"] === "number")
    parts.push(`perplexity ${decimal(numbers["perplexity"], 1)}`);
  return parts.join("; ");
}
