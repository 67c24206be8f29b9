// The map: the stories that pass the filter by two of their numbers, tinted by temperature, against people's range.
import { createBrush } from "./map-brush.js";
import { PAGE_PALETTE, drawMap, pointsOf, trailOf } from "./map-drawing.js";
import { frontWords, hintWords, pictureWords, pointWords } from "./map-words.js";
import { createMeans, meansWords } from "./means.js";
import { metricOf } from "./metric-list.js";
import { button, element } from "../parts/dom.js";
import { count } from "../parts/format.js";

/**
 * @import { Estimate } from "../protocol.js"
 * @import { Picture, Point } from "./map-drawing.js"
 * @import { Cloud, Entry, Live } from "../session/state.js"
 */

/** How far from a point, in pixels, a click still means it; from one of the cloud less, for these stand close. */
const REACH = 24;
const NEAR = 8;

/** What can stand across and up; the first is the usual one. */
const ACROSS = [
  "novelty",
  "surprise",
  "creativity_index",
  "coverage",
  "session_novelty",
  "entropy_per_word_bits",
  "excess_surprise_bits",
];
const UP = [
  "coherence",
  "slor_per_word_bits",
  "mean_log_probability_bits",
  "contextual_gain_bits",
  "sentence_overlap",
  "entropy_per_word_bits",
];

/**
 * What the map shows. `entries`: those that pass the filter; `about`: how many of all, and which, in words.
 * `live`: the rewrites since a control was touched; `cloud`: more stories of the settings of the one shown.
 * @typedef {{ entries: Entry[], about: string, filtered: boolean, shown: string | null, brushed: ReadonlySet<string> | null, bands: Record<string, [number, number]>, libraryReady: boolean, live: Live | null, cloud: Cloud | null }} MapView
 */

/**
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {HTMLElement} options.toolsRoot  for the axes and what else can be chosen
 * @param {HTMLElement} options.filter  stands among these
 * @param {(key: string) => void} options.onChoose
 * @param {(index: number) => void} options.onCloud  shows a story of the cloud
 * @param {(keys: string[], extend: boolean) => void} options.onBrush  `extend`: beside those chosen before
 * @param {() => void} options.onAxes  other numbers stand across or up
 * @param {(kind: "svg" | "png", picture: Picture, about: string) => void} options.onSave
 * @param {(lists: number[][]) => Promise<(Estimate | null)[]>} options.askMeans
 */
export function createMap({ root, toolsRoot, filter, onChoose, onCloud, onBrush, onAxes, onSave, askMeans }) {
  const box = element("div", { class: "map-box" });
  const readout = element("p", { class: "map-readout hint" });
  const meansText = element("p", { class: "map-means hint", hidden: true });
  const chosenText = element("p", { class: "map-chosen-text hint" });
  const clear = button("Clear", () => onBrush([], false), { class: "small" });
  const choiceOf = (/** @type {string} */ label, /** @type {string[]} */ names) =>
    element("select", { "aria-label": label }, ...names.map((name) => element("option", { value: name })));
  const across = choiceOf("Across", ACROSS);
  const up = choiceOf("Up", UP);
  const meanBox = element("input", { type: "checkbox" });
  const frontBox = element("input", { type: "checkbox" });
  const dragging = button("Select by dragging", () => letTouch(dragging.getAttribute("aria-pressed") !== "true"), {
    class: "small map-touch",
    "aria-pressed": "false",
  });
  const frontText = element("span");
  const frontLegend = element(
    "span",
    {},
    element("span", { class: "stroke dashed", "aria-hidden": "true" }),
    frontText,
  );
  const frontNote = element("p", { class: "hint" });
  const options = element("summary", {}, "Map options");
  const seeds = element("div", { class: "chips", role: "group", "aria-label": "The same settings with other seeds" });
  /** Shows the stories of the cloud, for those who do not point at its dots. @type {HTMLButtonElement[]} */
  const seedButtons = [];
  const legend = element(
    "div",
    { class: "legend" },
    element("span", {}, element("span", { class: "patch", "aria-hidden": "true" }), "people"),
    element("span", {}, element("span", { class: "dot current", "aria-hidden": "true" }), "this story"),
    element("span", {}, "cold", element("span", { class: "ramp temperature", "aria-hidden": "true" }), "hot"),
    frontLegend,
  );
  root.append(
    element("h2", { class: "visually-hidden" }, "Map"),
    box,
    element("div", { class: "map-foot" }, readout, legend),
  );
  toolsRoot.append(
    element(
      "details",
      { class: "map-tools" },
      options,
      element(
        "div",
        { class: "map-head" },
        element("label", {}, "Across ", across),
        element("label", {}, "Up ", up),
        element("label", { class: "check" }, frontBox, "Pareto front"),
        element("label", { class: "check" }, meanBox, "Mean of yours"),
        element(
          "div",
          { class: "map-save" },
          button("Save SVG", () => save("svg"), { class: "small" }),
          button("Save PNG", () => save("png"), { class: "small" }),
        ),
      ),
      frontNote,
      meansText,
      seeds,
    ),
    filter,
    element("div", { class: "map-chosen" }, chosenText, clear, dragging),
  );

  /** @type {MapView} */
  let view = {
    entries: [],
    about: "",
    filtered: false,
    shown: null,
    brushed: null,
    bands: {},
    libraryReady: false,
    live: null,
    cloud: null,
  };
  /** The points with their places in the drawing. @type {(Point & { left: number, top: number })[]} */
  let placed = [];
  /** Those of the cloud, by their index in it. @type {{ index: number, left: number, top: number }[]} */
  let around = [];
  /** Whether the reader chose what stands across; else it follows the library. */
  let chosen = false;
  let drawingRequested = false;
  const ownMeans = createMeans({ askMeans, onAnswer: () => update() });
  const chosenMeans = createMeans({ askMeans, onAnswer: () => update() });
  const brush = createBrush({
    box,
    mayTouch: () => dragging.getAttribute("aria-pressed") === "true",
    onMove(area) {
      readout.textContent = `${count(inside(area).length)} of ${count(placed.length)} points`;
    },
    onEnd(area, extend) {
      readout.textContent = hint();
      onBrush(inside(area), extend);
    },
    onCancel() {
      readout.textContent = hint();
    },
  });
  box.append(brush.mark);

  const metrics = () => [metricOf(across.value), metricOf(up.value)];

  /** @param {{ left: number, top: number, right: number, bottom: number }} area */
  function inside({ left, top, right, bottom }) {
    return placed
      .filter((point) => point.left >= left && point.left <= right && point.top >= top && point.top <= bottom)
      .map(({ entry }) => entry.key);
  }

  /** @param {boolean} may  whether a finger draws rectangles, rather than scrolling the page */
  function letTouch(may) {
    dragging.setAttribute("aria-pressed", String(may));
    box.toggleAttribute("data-touch", may);
  }

  const hint = () => hintWords(view.entries.length - placed.length);

  /** @returns {Picture} */
  function picture() {
    const points = pointsOf(view.entries, metricOf(across.value), metricOf(up.value));
    const own = meanBox.checked ? ownMeans.of(points.filter(({ entry }) => entry.origin === "own")) : "few";
    return {
      points,
      across: metricOf(across.value),
      up: metricOf(up.value),
      bands: view.bands,
      shown: view.shown,
      brushed: view.brushed,
      means: typeof own === "string" ? null : own,
      front: frontBox.checked,
      trail: view.live ? trailOf(view.live.trail, across.value, up.value) : [],
      cloud: view.cloud ? trailOf(view.cloud.stories, across.value, up.value) : [],
      cloudMean: cloudMean(),
    };
  }

  /** The mean of the cloud and the story shown, where it is known for both axes. @returns {[number, number] | null} */
  function cloudMean() {
    const { mean } = view.cloud ?? {};
    const [x, y] = [mean?.[across.value]?.mean, mean?.[up.value]?.mean];
    return x === undefined || y === undefined ? null : [x, y];
  }

  /** @param {"svg" | "png"} kind */
  function save(kind) {
    onSave(kind, { ...picture(), shown: null, trail: [], cloud: [], cloudMean: null }, view.about);
  }

  function draw() {
    drawingRequested = false;
    const { clientWidth: width, clientHeight: height } = box;
    if (width < 50 || height < 50) return;
    const drawn = picture();
    const drawing = drawMap(drawn, { width, height, palette: PAGE_PALETTE });
    ({ placed, around } = drawing);
    // The parts of an image have no names of their own.
    for (const part of drawing.node.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    drawing.node.setAttribute("role", "img");
    drawing.node.setAttribute("aria-label", pictureWords(drawn, view.about));
    box.replaceChildren(drawing.node, brush.mark);
    if (!brush.busy()) readout.textContent = hint();
  }

  /** What stands beside the drawing. */
  function tell() {
    const now = picture();
    const { points } = now;
    const ofFilter = view.filtered ? " that pass the filter" : "";
    meansText.hidden = !meanBox.checked;
    if (meanBox.checked) {
      const own = points.filter(({ entry }) => entry.origin === "own");
      meansText.textContent = meansWords(ownMeans.of(own), metrics(), {
        over: `your ${count(own.length)} stories${ofFilter}`,
        few: ` of your own${ofFilter}`,
      });
    }
    const those = points.filter(({ entry }) => view.brushed?.has(entry.key));
    chosenText.textContent = view.brushed
      ? `${count(those.length)} chosen. ${meansWords(chosenMeans.of(those), metrics(), { over: "these", few: "" })}`
      : "None chosen. Drag over points, or tick rows of the table, to see their mean.";
    clear.setAttribute("aria-disabled", String(view.brushed === null));
    const { front, note } = frontWords(now);
    frontLegend.hidden = front === null;
    frontText.textContent = front ?? "";
    frontNote.textContent = note;
  }

  /** One button for each story of the cloud. Those that stay keep the focus. */
  function offerSeeds() {
    const stories = view.cloud?.stories ?? [];
    if (stories.length < seedButtons.length && seeds.contains(document.activeElement))
      options.focus({ preventScroll: true });
    for (const gone of seedButtons.splice(stories.length)) gone.remove();
    for (const [index, { settings }] of stories.entries()) {
      const known = seedButtons[index] ?? button("", () => onCloud(index));
      known.textContent = `Seed ${settings.seed}`;
      seedButtons[index] = known;
      if (known.parentElement !== seeds) seeds.append(known);
    }
    seeds.hidden = stories.length === 0;
  }
  offerSeeds();

  /** Draws with the next frame, however often it is asked to. */
  function update() {
    tell();
    if (drawingRequested) return;
    drawingRequested = true;
    requestAnimationFrame(draw);
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
    if (brush.busy()) return;
    const point = nearest(event);
    box.style.setProperty("cursor", point ? "pointer" : "crosshair");
    readout.textContent = point ? pointWords(point, metrics()) : hint();
  });
  box.addEventListener("pointerleave", () => {
    if (!brush.busy()) readout.textContent = hint();
  });
  box.addEventListener("click", (event) => {
    if (brush.ended()) return;
    const bounds = box.getBoundingClientRect();
    const distance = (/** @type {{ left: number, top: number }} */ { left, top }) =>
      Math.hypot(event.clientX - bounds.left - left, event.clientY - bounds.top - top);
    const [near] = around.filter((one) => distance(one) < NEAR).sort((one, other) => distance(one) - distance(other));
    const point = nearest(event);
    if (near && !(point && distance(point) <= distance(near))) onCloud(near.index);
    else if (point) onChoose(point.entry.key);
  });
  across.addEventListener("change", () => {
    chosen = true;
    onAxes();
  });
  up.addEventListener("change", onAxes);
  meanBox.addEventListener("change", update);
  frontBox.addEventListener("change", update);
  new ResizeObserver(update).observe(box);

  function describe() {
    for (const choice of [across, up])
      for (const option of choice.options) option.textContent = metricOf(option.value).title;
  }
  describe();

  return {
    /** Calls the numbers as the engine does, once it has said how. */
    describe,
    /** The names of the numbers across and up. @returns {[string, string]} */
    axes: () => [across.value, up.value],
    /** @param {MapView} next */
    show(next) {
      view = next;
      // Without the library nothing is known of novelty; surprise moves at once, in much the same direction.
      if (!chosen) across.value = next.libraryReady ? "novelty" : "surprise";
      ownMeans.retry();
      chosenMeans.retry();
      offerSeeds();
      update();
    },
  };
}
