// What is measured of the story: one sentence, three dials, and further down the table of all numbers.
import { createAllNumbers } from "./all-numbers.js";
import { DIALS, createDial, placeOf } from "./dial.js";
import { element } from "../parts/dom.js";
import { decimal } from "../parts/format.js";
import { metricOf } from "./metric-list.js";
import { sentenceOf } from "./sentence.js";

/**
 * @import { Estimate, Numbers, Settings } from "../protocol.js"
 */

const OLD = "These numbers belong to the settings before. Press Generate to see what the new ones do.";
/** Milliseconds after which the sentence says so. */
const SOON = 500;

/**
 * Of a story by an adapter: a poet finds verse likely, so the model without the adapter judges how it hangs together, as soon as it has
 * read the story.
 */
function createSecondOpinion() {
  const words = element("span");
  const value = element("strong");
  const node = element("p", { class: "second-opinion", hidden: true }, words, value);
  let adapted = false;
  return {
    node,
    /** @param {Settings} settings  of the story that is shown from now on */
    attribute(settings) {
      adapted = Boolean(settings.adapter?.strength);
    },
    /**
     * The numbers with the coherence that counts; says whose it is.
     * @param {Numbers | null} numbers
     * @returns {Numbers | null}
     */
    judge(numbers) {
      node.hidden = !adapted || numbers === null;
      if (!adapted || numbers === null) return numbers;
      const { base_coherence: base = null, coherence: own = null } = numbers.numbers;
      words.textContent =
        base === null
          ? "By the adapter’s own measure, which finds its own style likely."
          : "Judged by the model without the adapter. By the adapter’s own measure: ";
      value.textContent = base === null ? "" : metricOf("coherence").write(own);
      if (base === null) return numbers;
      const percentiles = { ...numbers.percentiles };
      const share = percentiles["base_coherence"];
      if (share === undefined) delete percentiles["coherence"];
      else percentiles["coherence"] = share;
      return { numbers: { ...numbers.numbers, coherence: base }, percentiles };
    },
  };
}

/**
 * The dials fill `root`, the table `tableRoot`. `library` offers the library, in the place of the novelty that it brings; `books` says
 * what it holds.
 * @param {{ root: HTMLElement, tableRoot: HTMLDetailsElement, library: HTMLElement, books: HTMLElement }} options
 */
export function createMetrics({ root, tableRoot, library, books }) {
  const sentence = element("p", { class: "sentence" });
  const dials = DIALS.map(createDial);
  const secondOpinion = createSecondOpinion();
  const table = createAllNumbers({ root: tableRoot });
  dials[0]?.extra.append(library);
  dials[0]?.why.append(books);
  dials[1]?.extra.append(secondOpinion.node);
  const meanBox = element("input", { type: "checkbox" });
  const ofNine = element("label", { class: "check of-nine", hidden: true }, meanBox, "Show the mean of nine stories");
  root.append(sentence, element("div", { class: "dials" }, ...dials.map(({ node }) => node)), ofNine);
  meanBox.addEventListener("change", draw);

  /** @type {Numbers | null} */
  let shown = null;
  let complete = true;
  /** Of the story and the cloud around it, by metric; null while there is none. @type {Record<string, Estimate | null> | null} */
  let mean = null;
  /** Whether the numbers belong to other settings than the form's, and have done so for a while. */
  let isOld = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let aging;
  /** @type {Record<string, [number, number]>} */
  let bands = {};

  function draw() {
    const own = secondOpinion.judge(shown);
    const judged = mean && meanBox.checked ? meanNumbers(mean) : own;
    const text = isOld ? OLD : sentenceOf(judged, bands);
    if (sentence.textContent !== text) sentence.textContent = text;
    for (const dial of dials) dial.show(judged, bands);
    table.show(shown, complete);
  }
  draw();

  /** @param {boolean} old */
  function age(old) {
    if (isOld === old) return;
    isOld = old;
    draw();
  }

  return {
    attribute: secondOpinion.attribute,
    describe() {
      table.describe();
      draw();
    },
    /** @param {Record<string, [number, number]>} next  people's range by metric */
    showBands(next) {
      bands = next;
      draw();
    },
    /**
     * `null` empties them.
     * @param {Numbers | null} numbers
     * @param {boolean} [finished]  whether nothing more is coming
     */
    show(numbers, finished = true) {
      shown = numbers;
      complete = finished;
      draw();
    },
    progress: table.progress,
    /** @param {Record<string, Estimate | null> | null} next  the mean of the story and the cloud around it */
    showMean(next) {
      if (mean === next) return;
      mean = next;
      ofNine.hidden = next === null;
      draw();
    },
    /** @param {boolean} old  whether they belong to other settings than the form's */
    setOld(old) {
      root.toggleAttribute("data-old", old);
      if (old === (aging !== undefined)) return;
      clearTimeout(aging);
      // Where the story is written anew while a control moves, the numbers are old only for a moment.
      aging = old ? setTimeout(() => age(true), SOON) : undefined;
      if (!old) age(false);
    },
  };
}

/**
 * Means as the dials take them: without percentiles, for people's texts are single ones.
 * @param {Record<string, Estimate | null>} mean
 * @returns {Numbers}
 */
function meanNumbers(mean) {
  const numbers = Object.fromEntries(DIALS.map(({ metric }) => [metric, mean[metric]?.mean ?? null]));
  return { numbers, percentiles: {} };
}

/**
 * The same in one line, for screen readers.
 * @param {Numbers} numbers
 */
export function summaryOf(numbers) {
  const parts = DIALS.flatMap(({ metric, name, say }) => {
    const value = numbers.numbers[metric];
    const place = placeOf(metric, numbers, {});
    if (typeof value !== "number") return [];
    const meaning = place === null ? "" : `, ${metricOf(metric).dial?.says[place] ?? ""}`;
    return [`${name.toLowerCase()}: ${say(value)}${meaning}`];
  });
  if (parts.length === 0 && typeof numbers.numbers["perplexity"] === "number")
    parts.push(`perplexity ${decimal(numbers.numbers["perplexity"], 1)}`);
  return parts.join("; ");
}
