// The differences as intervals, one line a number. They have different units, so each line has a scale of its own around 0.
import { element } from "../../parts/dom.js";
import { nameImage } from "../../parts/plot-frame.js";
import { axisY, dot, frame, plot, ruleX, ruleY } from "../../vendor/plot.js";
import { onSize, sizeOf } from "../views/plot-box.js";
import { short, signed } from "../../parts/format.js";
import { metricOf } from "../../views/metric-list.js";

/**
 * @import { JudgeEffect } from "../../protocol.js"
 */

/** Heights of a line. */
const LINE = 23;
const PAPER_LINE = 13;
const HEAD = 30;

/** @param {JudgeEffect} effect */
function scaled({ metric, in_score, verdict, difference }) {
  const { mean, interval } = difference;
  // Of a few prompts there is no interval, and the mark stands alone.
  const { from, to } = interval ?? { from: mean, to: mean };
  const reach = Math.max(Math.abs(from), Math.abs(to)) || 1;
  return {
    name: metricOf(metric).label,
    mean: mean / reach,
    from: from / reach,
    to: to / reach,
    tint: in_score ? "var(--soft)" : "var(--accent)",
    told: verdict !== "undecided",
  };
}

/** @param {JudgeEffect} effect */
const words = ({ metric, difference: { mean, interval }, verdict }) => {
  const { label, unit: of } = metricOf(metric);
  const unit = of ? ` ${of}` : "";
  return `${label} ${signed(mean)}${interval ? ` (${short(interval.from)} to ${short(interval.to)}${unit})` : unit}, ${verdict}`;
};

export function createIntervals() {
  const box = element("div", { class: "plot-box intervals" });
  /** @type {JudgeEffect[]} */
  let effects = [];
  let width = 0;

  function draw() {
    const size = sizeOf(box);
    width = size.width;
    if (width < 220) return;
    if (effects.length === 0) return box.replaceChildren();
    const lines = effects.map(scaled);
    const tint = { value: (/** @type {typeof lines[number]} */ { tint: colour }) => colour, scale: null };
    const drawing = plot({
      width,
      height: HEAD + (size.onPaper ? PAPER_LINE : LINE) * lines.length,
      marginTop: HEAD - 6,
      marginRight: 8,
      marginBottom: 6,
      marginLeft: size.onPaper ? 158 : width < 340 ? 174 : 190,
      x: {
        domain: [-1.04, 1.04],
        axis: "top",
        ticks: width < 340 ? [-1, 1] : [-1, 0, 1],
        tickSize: 0,
        label: null,
        tickFormat: (/** @type {number} */ value) => (value === 0 ? "0" : value < 0 ? "← lower" : "higher →"),
      },
      y: { domain: lines.map(({ name }) => name), label: null },
      marks: [
        frame({ stroke: "var(--line)" }),
        ruleX([0], { stroke: "var(--edge)", strokeDasharray: "3 3" }),
        axisY({ tickSize: 0, label: null, fill: "var(--ink)" }),
        ruleY(lines, { y: "name", x1: "from", x2: "to", stroke: tint, strokeWidth: 2.5, strokeOpacity: 0.6 }),
        dot(lines, {
          y: "name",
          x: "mean",
          r: size.onPaper ? 3 : 5,
          fill: {
            value: (/** @type {typeof lines[number]} */ { told, tint: colour }) => (told ? colour : "var(--card)"),
            scale: null,
          },
          stroke: tint,
          strokeWidth: 1.75,
        }),
      ],
    });
    nameImage(drawing, `Judged minus control: ${effects.map(words).join("; ")}.`);
    for (const label of drawing.querySelectorAll("g text")) anchorEnds(label);
    box.replaceChildren(drawing);
  }

  onSize(box, () => sizeOf(box).width !== width && draw());
  return {
    node: box,
    /** @param {JudgeEffect[]} next */
    show(next) {
      effects = next;
      draw();
    },
  };
}

/**
 * Words at the ends of the scale stay inside it.
 * @param {Element} label
 */
function anchorEnds(label) {
  if (label.textContent?.includes("lower")) label.setAttribute("text-anchor", "start");
  else if (label.textContent?.includes("higher")) label.setAttribute("text-anchor", "end");
}
