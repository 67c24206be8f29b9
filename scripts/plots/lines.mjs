// One number along one axis, with its 95% intervals: a small panel, many of which stand beside each other.
import { axisX, axisY, dot, frame, gridY, line, ruleX } from "@observablehq/plot";
import { decimal } from "../../www/parts/format.js";
import { COLOURS, place } from "./sheet.mjs";

/** How a number's axis is written. */
export const share = (value) => `${decimal(value * 100, 0)}%`;
export const plain = (value) => decimal(value, Number.isInteger(value) ? 0 : 1);

/**
 * `finding`: of one axis. `extent`: of the y axis. Filled marks differ from the lowest value of the axis beyond what chance makes.
 */
export function along({ x, y, width, height, finding, extent, write, label }) {
  const points = finding.means.map(({ value, estimate }) => ({ value, mean: estimate.mean, ...estimate.interval }));
  // Fewer numbers where each is longer.
  const across = finding.axis === "top_p" ? 3 : 4;
  const told = new Set(finding.comparisons.filter(({ significant }) => significant).map(({ value }) => value));
  const fill = { value: ({ value }) => (told.has(value) ? COLOURS.accent : COLOURS.paper), scale: null };
  return place(x, y, {
    width,
    height,
    marginTop: 8,
    marginRight: 10,
    marginBottom: 38,
    marginLeft: 44,
    x: { label: null, inset: 8, domain: [points[0].value, points.at(-1).value] },
    y: { label: null, domain: extent, nice: true, inset: 5 },
    marks: [
      gridY({ ticks: 4, stroke: COLOURS.line, strokeOpacity: 1 }),
      frame({ stroke: COLOURS.line }),
      axisX({
        ticks: across,
        tickSize: 0,
        tickFormat: String,
        label,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 34,
      }),
      axisY({ ticks: 4, tickSize: 0, tickFormat: write, label: null }),
      ruleX(points, { x: "value", y1: "from", y2: "to", stroke: COLOURS.accent, strokeWidth: 2.5, strokeOpacity: 0.5 }),
      line(points, { x: "value", y: "mean", stroke: COLOURS.accent, strokeWidth: 1.5 }),
      dot(points, { x: "value", y: "mean", r: 3.5, fill, stroke: COLOURS.accent, strokeWidth: 1.5 }),
    ],
  });
}

/** From the lowest to the highest end of all intervals. */
export function extentOf(findings) {
  const ends = findings.flatMap(({ means }) =>
    means.flatMap(({ estimate: { mean, interval } }) => [mean, ...Object.values(interval ?? {})]),
  );
  return [Math.min(...ends), Math.max(...ends)];
}
