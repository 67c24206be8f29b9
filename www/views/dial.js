// One dial: a raw value in words, a needle on a scale that has no stop, people's range on it, and one clause about what it means.
import { element } from "../parts/dom.js";
import { NOTHING, capital, decimal, percent } from "../parts/format.js";
import { metricOf } from "./metric-list.js";

/**
 * @import { Numbers } from "../protocol.js"
 */

/** Between these shares of people's passages lies their range. */
const RANGE = [0.1, 0.9];
/** Tokens of the shortest of people's passages that stories are compared with. */
const SHORTEST = 32;

/**
 * What a dial says beside what the engine's table says of its metric.
 * @typedef {object} Kind
 * @property {string} metric
 * @property {string} name  of the group
 * @property {(value: number) => string} say  the raw value in words
 * @property {string} more  completes "… than 62% of people's texts"
 * @property {string} less  the same for a text that hardly any other is below
 * @property {string} caution
 * @property {string} anchor  in methods.html
 */

/** @type {Kind[]} */
export const DIALS = [
  {
    metric: "novelty",
    name: "Novelty",
    say: (value) => `${decimal(value * 100, 0)} of 100 phrases are new`,
    more: "Newer",
    less: "Less new",
    caution:
      "A phrase is three words in a row. It is new if none of the books that the model read contains it. Gibberish is new, too: read novelty together with coherence.",
    anchor: "novelty",
  },
  {
    metric: "coherence",
    name: "Coherence",
    say(value) {
      const steps = decimal(Math.abs(value), 1);
      if (steps === "0.0") return "right where people write";
      return `${steps} ${steps === "1.0" ? "step" : "steps"} towards ${value < 0 ? "breaking down" : "stock phrases"}`;
    },
    more: "Safer",
    less: "Less safe",
    caution:
      "Zero is how people write, and each step doubles the distance. It tells sense from gibberish, and stock phrases from people’s prose. It cannot tell a good story from a dull one.",
    anchor: "coherence",
  },
  {
    metric: "surprise",
    name: "Surprise",
    say: (value) =>
      value < 2
        ? `${decimal(value * 100, 0)}% of the expected surprise`
        : `${decimal(value, 1)} times the expected surprise`,
    more: "More surprising",
    less: "Less surprising",
    caution:
      "100% means that the words were drawn just as the model predicts them. It is the model’s surprise, not a reader’s: gibberish surprises most.",
    anchor: "surprise",
  },
];

/** @param {string} metric */
export const kindOf = (metric) => DIALS.find((kind) => kind.metric === metric) ?? null;

/**
 * Where a value lies: 0 below people's range, 1 within it, 2 above it; null where that is not known.
 * @param {string} name
 * @param {Numbers} numbers
 * @param {Record<string, [number, number]>} bands  people's range by metric, for numbers without a percentile
 */
export function placeOf(name, { numbers, percentiles }, bands) {
  const value = numbers[name];
  if (typeof value !== "number") return null;
  const share = percentiles[name];
  if (share !== undefined) return RANGE.filter((end) => share >= end).length;
  const band = bands[name];
  return band ? band.filter((end) => value >= end).length : null;
}

/**
 * How far along its scale a value stands, kept a little off both ends: the needle of a text beyond the scale leans on its edge, it
 * never fills it.
 * @param {import("../protocol.js").Dial} dial
 * @param {number} value
 */
export function alongDial({ from, to, logarithmic }, value) {
  const at = (/** @type {number} */ x) => (logarithmic ? Math.log(Math.max(x, 1e-6)) : x);
  return Math.min(0.985, Math.max(0.015, (at(value) - at(from)) / (at(to) - at(from))));
}

/** @param {Numbers | null} numbers */
export const isShort = (numbers) => (numbers?.numbers["tokens"] ?? SHORTEST) < SHORTEST;

/**
 * Where a text stands among people's texts. What would read "0%" is told from the other side.
 * @param {Kind} kind
 * @param {number} share  of people's texts that are below it
 */
export function standing({ more, less }, share) {
  const [word, part] = percent(share) === "0%" ? [less, 1 - share] : [more, share];
  return `${word} than ${part === 1 ? "all" : percent(part)} of people’s texts.`;
}

/**
 * @param {Kind} kind
 */
export function createDial(kind) {
  const { metric, name, say, caution, anchor } = kind;
  const value = element("span", { class: "dial-value" }, NOTHING);
  const people = element("u");
  const needle = element("i", { hidden: true });
  const scale = element("div", { class: "dial-scale" }, people, needle);
  const [low, high] = [element("span"), element("span", { class: "dial-high" })];
  const clause = element("p", { class: "dial-clause" });
  const extra = element("div", { class: "dial-extra" });
  const why = element(
    "details",
    { class: "dial-why" },
    element(
      "summary",
      { "aria-label": `What ${name.toLowerCase()} means`, title: `What ${name.toLowerCase()} means` },
      "?",
    ),
    element("p", {}, `${caution} `, element("a", { href: `methods.html#${anchor}` }, "How far to trust it")),
  );
  const node = element(
    "section",
    { class: "dial", role: "group", "aria-label": name },
    element("h2", {}, name),
    value,
    why,
    element("div", { class: "dial-line", "aria-hidden": "true" }, low, scale, high),
    clause,
    extra,
  );

  return {
    node,
    /** Where what belongs to this number alone is put. */
    extra,
    why,
    /**
     * @param {Numbers | null} numbers
     * @param {Record<string, [number, number]>} bands
     */
    show(numbers, bands) {
      const { dial } = metricOf(metric);
      const known = numbers?.numbers[metric];
      const isThere = typeof known === "number" && dial !== null;
      [low.textContent, high.textContent] = dial?.ends ?? ["", ""];
      const band = bands[metric];
      people.hidden = !dial || !band;
      if (dial && band) {
        people.style.setProperty("--from", String(alongDial(dial, band[0])));
        people.style.setProperty("--to", String(alongDial(dial, band[1])));
      }
      needle.hidden = !isThere;
      node.toggleAttribute("data-empty", !isThere);
      if (!isThere) {
        value.textContent = NOTHING;
        clause.textContent = numbers && isShort(numbers) ? "The story is too short for this number." : "";
        return;
      }
      needle.style.setProperty("--at", String(alongDial(dial, known)));
      value.textContent = say(known);
      if (isShort(numbers)) {
        clause.textContent = "A very short story: its numbers say little.";
        return;
      }
      const place = placeOf(metric, numbers ?? { numbers: {}, percentiles: {} }, bands);
      const share = numbers?.percentiles[metric];
      clause.textContent = [
        ...(place === null ? [] : [`${capital(dial.says[place] ?? "")}.`]),
        ...(share === undefined ? [] : [standing(kind, share)]),
      ].join(" ");
    },
  };
}
