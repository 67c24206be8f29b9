// The map: every story of the session by two of its numbers, tinted by temperature, against people's range.
import { element } from "../parts/dom.js";
import { count, percent } from "../parts/format.js";
import { metricOf } from "./metric-list.js";
import { entryName } from "../session/state.js";
import { axisX, axisY, dot, frame, gridX, gridY, plot, rect, ruleX, ruleY } from "../vendor/plot.js";

/**
 * @import { Mean } from "../protocol.js"
 * @import { Metric } from "./metric-list.js"
 * @import { Entry } from "../session/state.js"
 */

/** How far from a point, in pixels, a click still means it. */
const REACH = 24;
const HOTTEST = 2;
/** Fewer stories of the reader's own have no mean to speak of. */
const FEWEST_FOR_MEAN = 3;
const HINT = "Choose a point to read its story again; the table holds the same numbers.";

/** What can stand across and up; the first is the usual one. */
const ACROSS = ["new_ngrams_3", "session_novelty", "creativity_index", "coverage", "entropy_per_word_bits", "excess_surprise_bits"];
const UP = ["slor_per_word_bits", "mean_log_probability_bits", "contextual_gain_bits", "sentence_overlap", "entropy_per_word_bits"];

/**
 * @typedef {{ entry: Entry, x: number, y: number }} Point
 */

/**
 * The colour of a temperature; left to the style sheet, so that it follows light and dark by itself.
 * @param {number} temperature
 */
function tint(temperature) {
  const share = Math.round((Math.min(HOTTEST, temperature) / HOTTEST) * 100);
  return `color-mix(in oklch, var(--hot-dot) ${share}%, var(--cool-dot))`;
}

/**
 * Shares are written as percentages; other numbers as short as they are.
 * @param {Metric} metric
 */
function tickFormat({ write }) {
  return write === percent ? { tickFormat: percent } : {};
}

/**
 * Ends of an axis that show all values and the range, with a little room.
 * @param {number[]} values
 * @returns {[number, number]}
 */
function domainOf(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least) * 0.08 || 0.5;
  return [least - room, most + room];
}

/**
 * @param {{ root: HTMLElement, onChoose: (key: string) => void, askMeans: (lists: number[][]) => Promise<(Mean | null)[]> }} options
 */
export function createMap({ root, onChoose, askMeans }) {
  const box = element("div", { class: "map-box" });
  const readout = element("p", { class: "map-readout hint" }, HINT);
  const meansText = element("p", { class: "map-means hint", hidden: true });
  const choiceOf = (/** @type {string} */ label, /** @type {string[]} */ names) =>
    element("select", { "aria-label": label }, ...names.map((name) => element("option", { value: name }, metricOf(name).label)));
  const across = choiceOf("Across", ACROSS);
  const up = choiceOf("Up", UP);
  const meanBox = element("input", { type: "checkbox" });
  const legend = element(
    "div",
    { class: "legend" },
    element("span", {}, "Temperature 0", element("span", { class: "ramp temperature", "aria-hidden": "true" }), "2"),
    element("span", {}, element("span", { class: "dot own", "aria-hidden": "true" }), "yours"),
    element("span", {}, element("span", { class: "dot", "aria-hidden": "true" }), "example"),
    element("span", {}, element("span", { class: "dot current", "aria-hidden": "true" }), "shown now"),
    element("span", {}, element("span", { class: "patch", "aria-hidden": "true" }), "people’s range"),
  );
  root.append(
    element(
      "div",
      { class: "map-head" },
      element("h2", {}, "Map"),
      element("label", {}, "Across ", across),
      element("label", {}, "Up ", up),
      element("label", { class: "check" }, meanBox, "Mean of yours"),
    ),
    box,
    readout,
    meansText,
    legend,
  );

  /** @type {Entry[]} */
  let entries = [];
  /** @type {string | null} */
  let shown = null;
  /** @type {Record<string, [number, number]>} */
  let bands = {};
  /** The points with their places in the drawing. @type {(Point & { left: number, top: number })[]} */
  let placed = [];
  /** Means of the reader's stories with their intervals, across and up. @type {(Mean | null)[]} */
  let means = [];
  /** Questions for means so far. */
  let asked = 0;
  /** Whether the reader chose what stands across; else it follows the library. */
  let chosen = false;

  /** @returns {Point[]} */
  function pointsOf() {
    return entries.flatMap((entry) => {
      const { numbers } = entry.record;
      const [x, y] = [numbers[across.value] ?? null, numbers[up.value] ?? null];
      return x === null || y === null ? [] : [{ entry, x, y }];
    });
  }

  function draw() {
    const width = box.clientWidth;
    const height = box.clientHeight;
    if (width < 50 || height < 50) return;
    const [xMetric, yMetric] = [metricOf(across.value), metricOf(up.value)];
    const points = pointsOf();
    const [xBand, yBand] = [bands[xMetric.name], bands[yMetric.name]];
    const [xMean, yMean] = means;
    const range = xBand || yBand ? [{}] : [];
    /** @type {[number, number]} */
    const xDomain = domainOf([...points.map((point) => point.x), ...(xBand ?? [0, 1])]);
    /** @type {[number, number]} */
    const yDomain = domainOf([...points.map((point) => point.y), ...(yBand ?? [0, 1])]);
    const current = points.filter((point) => point.entry.key === shown);
    const own = points.filter((point) => point.entry.origin === "own");
    const examples = points.filter((point) => point.entry.origin === "example");
    const cross = xMean && yMean ? [{}] : [];

    const drawing = plot({
      width,
      height,
      marginTop: 26,
      marginRight: 16,
      marginBottom: 40,
      marginLeft: 44,
      x: { domain: xDomain, label: null },
      y: { domain: yDomain, label: null },
      marks: [
        rect(range, { x1: xBand?.[0] ?? xDomain[0], x2: xBand?.[1] ?? xDomain[1], y1: yBand?.[0] ?? yDomain[0], y2: yBand?.[1] ?? yDomain[1], fill: "var(--people)", stroke: "none" }),
        gridX({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
        gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
        frame({ stroke: "var(--line)" }),
        axisX({ ticks: 5, tickSize: 0, ...tickFormat(xMetric), label: `${xMetric.label} →`, labelAnchor: "right", labelArrow: "none" }),
        axisY({ ticks: 5, tickSize: 0, ...tickFormat(yMetric), label: `↑ ${yMetric.label}`, labelAnchor: "top", labelArrow: "none" }),
        dot(examples, { x: "x", y: "y", r: 5, fill: "var(--card)", stroke: "var(--edge)", strokeWidth: 1.75 }),
        dot(own, { x: "x", y: "y", r: 6.5, fill: { value: (/** @type {Point} */ point) => tint(point.entry.record.settings.temperature), scale: null }, stroke: "var(--card)", strokeWidth: 1.25 }),
        ruleX(cross, { x: xMean?.mean ?? 0, y1: yMean?.from ?? 0, y2: yMean?.to ?? 0, stroke: "var(--ink)", strokeWidth: 2 }),
        ruleY(cross, { y: yMean?.mean ?? 0, x1: xMean?.from ?? 0, x2: xMean?.to ?? 0, stroke: "var(--ink)", strokeWidth: 2 }),
        dot(current, { x: "x", y: "y", r: 10.5, fill: "none", stroke: "var(--ink)", strokeWidth: 2 }),
      ],
    });
    const stories = points.length === 1 ? "1 story" : `${points.length} stories`;
    // The parts of an image have no names of their own.
    for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", `Scatter plot of ${stories}: ${xMetric.label} across, ${yMetric.label} up. The table of generations holds the same numbers.`);

    const x = drawing.scale("x");
    const y = drawing.scale("y");
    placed = x && y ? points.map((point) => ({ ...point, left: x.apply(point.x), top: y.apply(point.y) })) : [];
    box.replaceChildren(drawing);
  }

  /** Draws at once, and asks for the means of the reader's own stories; only the last answer counts. */
  async function update() {
    asked += 1;
    const question = asked;
    means = [];
    const own = pointsOf().filter((point) => point.entry.origin === "own");
    meansText.hidden = !meanBox.checked;
    meansText.textContent = `The mean needs ${FEWEST_FOR_MEAN} stories of your own.`;
    draw();
    if (!meanBox.checked || own.length < FEWEST_FOR_MEAN) return;
    meansText.textContent = "Taking the mean of your stories…";
    const answer = await askMeans([own.map((point) => point.x), own.map((point) => point.y)]);
    if (question !== asked) return;
    const metrics = [metricOf(across.value), metricOf(up.value)];
    const told = metrics.flatMap((metric, index) => {
      const mean = answer[index];
      return mean ? [`${metric.label} ${metric.write(mean.mean)} (${metric.write(mean.from)} to ${metric.write(mean.to)})`] : [];
    });
    if (told.length < metrics.length) {
      meansText.textContent = "The mean can be taken once the engine runs.";
      return;
    }
    means = answer;
    meansText.textContent = `Mean of your ${count(own.length)} stories, with the 95% interval: ${told.join("; ")}.`;
    draw();
  }

  /** @param {PointerEvent | MouseEvent} event */
  function nearest(event) {
    const bounds = box.getBoundingClientRect();
    let best = null;
    let bestDistance = REACH;
    for (const point of placed) {
      const distance = Math.hypot(event.clientX - bounds.left - point.left, event.clientY - bounds.top - point.top);
      if (distance <= bestDistance) [best, bestDistance] = [point, distance];
    }
    return best;
  }

  box.addEventListener("pointermove", (event) => {
    const point = nearest(event);
    box.style.setProperty("cursor", point ? "pointer" : "default");
    if (!point) {
      readout.textContent = HINT;
      return;
    }
    const { temperature, top_p } = point.entry.record.settings;
    const [xMetric, yMetric] = [metricOf(across.value), metricOf(up.value)];
    readout.textContent = `${entryName(point.entry)}: temperature ${temperature}, top-p ${top_p}, ${xMetric.label} ${xMetric.write(point.x)}, ${yMetric.label} ${yMetric.write(point.y)}`;
  });
  box.addEventListener("pointerleave", () => {
    readout.textContent = HINT;
  });
  box.addEventListener("click", (event) => {
    const point = nearest(event);
    if (point) onChoose(point.entry.key);
  });
  across.addEventListener("change", () => {
    chosen = true;
    void update();
  });
  up.addEventListener("change", () => void update());
  meanBox.addEventListener("change", () => void update());
  new ResizeObserver(draw).observe(box);

  return {
    /**
     * @param {Entry[]} allEntries
     * @param {string | null} shownKey
     * @param {Record<string, [number, number]>} peoplesRange
     * @param {boolean} libraryReady
     */
    show(allEntries, shownKey, peoplesRange, libraryReady) {
      entries = allEntries;
      shown = shownKey;
      bands = peoplesRange;
      // Without the library there is nothing to put across but the session's own measure.
      if (!chosen) across.value = libraryReady ? "new_ngrams_3" : "session_novelty";
      void update();
    },
  };
}
