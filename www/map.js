// The map: every story of the session, novelty across and coherence up, tinted by temperature.
import { element } from "./dom.js";
import { decimal, percent } from "./format.js";
import { entryName } from "./state.js";
import { axisX, axisY, dot, frame, gridX, gridY, plot } from "./vendor/plot.js";

/**
 * @import { Entry } from "./state.js"
 */

/** How far from a point, in pixels, a click still means it. */
const REACH = 24;
/** The lowest coherence the axis always shows, so that it seldom has to change. */
const LOWEST_BITS = -5;
/** Where the axis has its lines: sensible texts lie between 0 and −3, gibberish far below. */
const COHERENCE_TICKS = [0, -0.5, -1, -2, -3, -5, -8, -12, -16];
const HOTTEST = 2;
const HINT = "Choose a point to read its story again; the table holds the same numbers.";

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
 * @param {Entry[]} entries
 * @returns {Point[]}
 */
function pointsOf(entries) {
  return entries.flatMap((entry) => {
    const { session_novelty: x, mean_log_probability_bits: y } = entry.record.metrics;
    return x === null || y === null ? [] : [{ entry, x, y }];
  });
}

/**
 * @param {{ root: HTMLElement, onChoose: (key: string) => void }} options
 */
export function createMap({ root, onChoose }) {
  const box = element("div", { class: "map-box" });
  const readout = element("p", { class: "map-readout hint" }, HINT);
  const legend = element(
    "div",
    { class: "legend" },
    element("span", {}, "Temperature 0", element("span", { class: "ramp temperature", "aria-hidden": "true" }), "2"),
    element("span", {}, element("span", { class: "dot own", "aria-hidden": "true" }), "yours"),
    element("span", {}, element("span", { class: "dot", "aria-hidden": "true" }), "example"),
    element("span", {}, element("span", { class: "dot current", "aria-hidden": "true" }), "shown now"),
  );
  root.append(element("h2", {}, "Map"), box, readout, legend);

  /** @type {Entry[]} */
  let entries = [];
  /** @type {string | null} */
  let shown = null;
  /** The points with their places in the drawing. @type {(Point & { left: number, top: number })[]} */
  let placed = [];

  function draw() {
    const width = box.clientWidth;
    const height = box.clientHeight;
    if (width < 50 || height < 50) return;
    const points = pointsOf(entries);
    const lowest = Math.min(LOWEST_BITS, ...points.map((point) => Math.floor(point.y - 0.2)));
    const coherenceTicks = COHERENCE_TICKS.filter((bits) => bits >= lowest);
    const current = points.filter((point) => point.entry.key === shown);
    const own = points.filter((point) => point.entry.origin === "own");
    const examples = points.filter((point) => point.entry.origin === "example");

    const drawing = plot({
      width,
      height,
      marginTop: 26,
      marginRight: 16,
      marginBottom: 40,
      marginLeft: 40,
      x: { domain: [0, 1], label: null },
      // The square root keeps sensible stories apart, although gibberish is many times farther down.
      y: { type: "sqrt", domain: [lowest, 0], label: null },
      marks: [
        gridX({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
        gridY(coherenceTicks, { stroke: "var(--line)", strokeOpacity: 1 }),
        frame({ stroke: "var(--line)" }),
        axisX({ ticks: 5, tickSize: 0, tickFormat: (value) => percent(value), label: "novelty: new to this session →", labelAnchor: "right", labelArrow: "none" }),
        axisY(coherenceTicks, { tickSize: 0, tickFormat: (value) => decimal(value, Number.isInteger(value) ? 0 : 1), label: "↑ coherence: bits per token, square-root scale", labelAnchor: "top", labelArrow: "none" }),
        dot(examples, { x: "x", y: "y", r: 5, fill: "var(--card)", stroke: "var(--edge)", strokeWidth: 1.75 }),
        dot(own, { x: "x", y: "y", r: 6.5, fill: { value: (/** @type {Point} */ point) => tint(point.entry.record.settings.temperature), scale: null }, stroke: "var(--card)", strokeWidth: 1.25 }),
        dot(current, { x: "x", y: "y", r: 10.5, fill: "none", stroke: "var(--ink)", strokeWidth: 2 }),
      ],
    });
    const count = points.length === 1 ? "1 story" : `${points.length} stories`;
    // The parts of an image have no names of their own.
    for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", `Scatter plot of ${count}: novelty across, coherence up. The table of generations holds the same numbers.`);

    const x = drawing.scale("x");
    const y = drawing.scale("y");
    placed = x && y ? points.map((point) => ({ ...point, left: x.apply(point.x), top: y.apply(point.y) })) : [];
    box.replaceChildren(drawing);
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
    const { settings } = point.entry.record;
    readout.textContent = `${entryName(point.entry)}: temperature ${decimal(settings.temperature, 2)}, top-p ${decimal(settings.top_p, 2)}, novelty ${percent(point.x)}, coherence ${decimal(point.y, 2)} bits`;
  });
  box.addEventListener("pointerleave", () => {
    readout.textContent = HINT;
  });
  box.addEventListener("click", (event) => {
    const point = nearest(event);
    if (point) onChoose(point.entry.key);
  });
  new ResizeObserver(draw).observe(box);

  return {
    /**
     * @param {Entry[]} allEntries
     * @param {string | null} shownKey
     */
    show(allEntries, shownKey) {
      entries = allEntries;
      shown = shownKey;
      draw();
    },
  };
}
