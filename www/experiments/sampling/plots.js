// Two plots of a sweep: one metric along one axis, and all cells by two metrics. Both have 95% intervals.
import { element } from "../../parts/dom.js";
import { capital, decimal } from "../../parts/format.js";
import { gridWithAxes, nameImage } from "../../parts/plot-frame.js";
import { dot, line, plot, ruleX, ruleY } from "../../vendor/plot.js";
import { cellName } from "./heatmap.js";
import { axisLabel } from "./numbers.js";
import { onSize, sizeOf } from "../views/plot-box.js";

/**
 * @import { Estimate, Finding, Grid } from "../../protocol.js"
 * @import { Metric } from "../../views/metric-list.js"
 */

const MARGINS = { marginTop: 26, marginRight: 18, marginBottom: 40, marginLeft: 48 };
const NARROW_MARGINS = { marginTop: 8, marginRight: 8, marginBottom: 30, marginLeft: 34 };
/** Below this width the name of a metric does not fit beside its axis. The text around the drawing has it. */
const NARROW = 200;
/** A click selects the nearest mark within this many pixels. */
const REACH = 24;

/**
 * Writes shares as percentages, with a decimal if whole percentages would all be the same.
 * @param {Metric} metric
 * @param {number[]} values  what the axis shows
 */
function ticks({ written }, values) {
  if (written !== "percent") return {};
  const decimals = Math.max(...values) - Math.min(...values) < 0.06 ? 1 : 0;
  return { tickFormat: (/** @type {number} */ value) => `${decimal(value * 100, decimals)}%` };
}

/**
 * The scale of an axis. If all values are the same, it gets some room around them: otherwise an empty interval would fill the drawing.
 * @param {Metric} metric
 * @param {number[]} ends  of the intervals
 */
function room({ written }, ends) {
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (low !== high) return {};
  const around = Math.max(0.1, Math.abs(low) / 10);
  // A share is between 0 and 1.
  return {
    domain:
      written === "percent" ? [Math.max(0, low - around), Math.min(1, high + around)] : [low - around, high + around],
  };
}

/**
 * The ends of an interval; both are the mean if there is none.
 * @param {Estimate} estimate
 */
const ends = ({ mean, interval }) => interval ?? { from: mean, to: mean };

/** Plots a metric along one axis, averaged over the other. */
export function createLines() {
  const box = element("div", { class: "plot-box" });
  /** @type {{ finding: Finding | null, metric: Metric } | null} */
  let view = null;

  function draw() {
    const { width, height } = sizeOf(box);
    if (!view || width < 50 || height < 50) return;
    const { finding, metric } = view;
    const points = (finding?.means ?? []).flatMap(({ value, estimate }) =>
      estimate ? [{ value, ...estimate, ...ends(estimate) }] : [],
    );
    if (!finding || points.length === 0)
      return box.replaceChildren(element("p", { class: "hint" }, "Nothing is measured yet."));
    const told = new Set(finding.comparisons.filter(({ significant }) => significant).map(({ value }) => value));
    // A narrow drawing has no room for many numbers.
    const [across, up] = [Math.max(3, Math.min(6, Math.round(width / 70))), Math.min(5, Math.round(height / 35))];
    const narrow = width < NARROW;
    // A solid line would suggest certainty that means without intervals do not have.
    const certain = points.every(({ interval }) => interval);
    const extent = points.flatMap(({ from, to }) => [from, to]);
    const drawing = plot({
      width,
      height,
      ...(narrow ? NARROW_MARGINS : MARGINS),
      x: { label: null, inset: narrow ? 6 : 12 },
      y: { label: null, nice: true, inset: 6, ...room(metric, extent) },
      marks: [
        ...gridWithAxes({
          x: { ticks: across, label: axisLabel(finding.axis), ...(narrow ? { labelOffset: 28 } : {}) },
          y: { ticks: up, label: narrow ? null : metric.title, ...ticks(metric, extent) },
          colour: "var(--line)",
        }),
        ruleX(points, {
          x: "value",
          y1: "from",
          y2: "to",
          stroke: "var(--accent)",
          strokeWidth: 2.5,
          strokeOpacity: 0.55,
        }),
        line(points, {
          x: "value",
          y: "mean",
          stroke: "var(--accent)",
          strokeWidth: 1.75,
          ...(certain ? {} : { strokeDasharray: "2 5" }),
        }),
        dot(points, {
          x: "value",
          y: "mean",
          r: narrow ? 3 : 5,
          fill: {
            value: (/** @type {{ value: number }} */ point) =>
              told.has(point.value) ? "var(--accent)" : "var(--card)",
            scale: null,
          },
          stroke: "var(--accent)",
          strokeWidth: 1.75,
        }),
      ],
    });
    const words = points
      .map(
        ({ value, mean, interval }) =>
          `${metric.write(mean)}${interval ? ` (${metric.write(interval.from)} to ${metric.write(interval.to)})` : ""}${told.has(value) ? ", which differs," : ""} at ${value}`,
      )
      .join("; ");
    nameImage(drawing, `${capital(metric.label)} along ${axisLabel(finding.axis)}: ${words}.`);
    box.replaceChildren(drawing);
  }

  onSize(box, draw);
  return {
    node: box,
    /** @param {{ finding: Finding | null, metric: Metric }} next */
    show(next) {
      view = next;
      draw();
    },
  };
}

/**
 * Plots all cells by two metrics, coloured along the first axis.
 * @param {{ onChoose: (cell: number) => void }} options
 */
export function createCellMap({ onChoose }) {
  const box = element("div", { class: "plot-box", "data-clickable": true });
  /** @type {{ grid: Grid, across: Metric, up: Metric, xs: (Estimate | null)[], ys: (Estimate | null)[], chosen: number | null } | null} */
  let view = null;
  /** @type {{ cell: number, left: number, top: number }[]} */
  let placed = [];

  function draw() {
    const { width, height } = sizeOf(box);
    if (!view || width < 50 || height < 50) return;
    const { grid, across, up, xs, ys, chosen } = view;
    const [first] = grid.axes;
    const each = grid.axes[1]?.values.length ?? 1;
    const points = xs.flatMap((x, cell) => {
      const y = ys[cell];
      return x && y
        ? [
            {
              cell,
              x: { mean: x.mean, ...ends(x) },
              y: { mean: y.mean, ...ends(y) },
              tint: Math.floor(cell / each) / Math.max(1, (first?.values.length ?? 1) - 1),
            },
          ]
        : [];
    });
    placed = [];
    if (points.length === 0)
      return box.replaceChildren(
        element(
          "p",
          { class: "hint" },
          across.library
            ? "This metric needs the library. Load it, or select another metric."
            : "Nothing is measured yet.",
        ),
      );
    const xEnds = points.flatMap(({ x: { from, to } }) => [from, to]);
    const yEnds = points.flatMap(({ y: { from, to } }) => [from, to]);
    const fill = {
      value: (/** @type {{ tint: number }} */ { tint }) =>
        `color-mix(in oklch, var(--hot-dot) ${Math.round(tint * 100)}%, var(--cool-dot))`,
      scale: null,
    };
    const at = {
      x: (/** @type {typeof points[number]} */ point) => point.x.mean,
      y: (/** @type {typeof points[number]} */ point) => point.y.mean,
    };
    const drawing = plot({
      width,
      height,
      ...MARGINS,
      x: { label: null, inset: 12, ...room(across, xEnds) },
      y: { label: null, inset: 12, ...room(up, yEnds) },
      marks: [
        ...gridWithAxes({
          x: { label: across.title, ...ticks(across, xEnds) },
          y: { label: up.title, ...ticks(up, yEnds) },
          colour: "var(--line)",
        }),
        ruleX(points, {
          x: at.x,
          y1: (/** @type {any} */ point) => point.y.from,
          y2: (/** @type {any} */ point) => point.y.to,
          stroke: "var(--soft)",
          strokeOpacity: 0.35,
        }),
        ruleY(points, {
          y: at.y,
          x1: (/** @type {any} */ point) => point.x.from,
          x2: (/** @type {any} */ point) => point.x.to,
          stroke: "var(--soft)",
          strokeOpacity: 0.35,
        }),
        dot(points, { ...at, r: 6, fill, stroke: "var(--card)", strokeWidth: 1.25 }),
        dot(
          points.filter(({ cell }) => cell === chosen),
          { ...at, r: 9.5, fill: "none", stroke: "var(--ink)", strokeWidth: 2 },
        ),
      ],
    });
    const [x, y] = [drawing.scale("x"), drawing.scale("y")];
    if (x && y)
      placed = points.map((point) => ({ cell: point.cell, left: x.apply(point.x.mean), top: y.apply(point.y.mean) }));
    const words = chosen === null ? "" : ` Ringed: ${cellName(grid, chosen)}.`;
    nameImage(
      drawing,
      `Map of ${points.length} cells, ${across.label} across and ${up.label} up. The table holds the same numbers.${words}`,
    );
    box.replaceChildren(drawing);
  }

  box.addEventListener("click", (event) => {
    const { left, top } = box.getBoundingClientRect();
    const far = (/** @type {typeof placed[number]} */ point) =>
      Math.hypot(point.left - (event.clientX - left), point.top - (event.clientY - top));
    const nearest = placed.toSorted((one, other) => far(one) - far(other))[0];
    if (nearest && far(nearest) <= REACH) onChoose(nearest.cell);
  });
  onSize(box, draw);
  return {
    node: box,
    /** @param {NonNullable<typeof view>} next */
    show(next) {
      view = next;
      draw();
    },
  };
}
