// Experiment 3: what choosing by the score did to every number, against a choice at random. Numbers of one unit share a scale.
import { axisX, axisY, dot, frame, gridX, ruleX, ruleY } from "@observablehq/plot";
import { decimal, short, signed } from "../../www/parts/format.js";
import { metricOf } from "../../www/views/metric-list.js";
import { judgements } from "./data.mjs";
import { effects } from "./engine.mjs";
import { COLOURS, place, sheet, words } from "./sheet.mjs";

const isBits = (name) => metricOf(name).unit.startsWith("bits");
/** Coherence counts doublings of a distance. */
const isSteps = (name) => name === "coherence";
const isCount = (name) => metricOf(name).written.decimals === 0;
const GROUPS = [
  { unit: "steps", holds: isSteps, decimals: 1 },
  { unit: "as shares of 1", holds: (name) => !isBits(name) && !isCount(name) && !isSteps(name), decimals: 2 },
  { unit: "bits per token", holds: isBits, decimals: 1 },
  { unit: "tokens", holds: isCount, decimals: 0 },
];
const WAYS = [
  { title: "Best of 8", ...told("best-of.jsonl") },
  { title: "Revise", ...told("revise.jsonl") },
];

function told(file) {
  const { protocol, rows } = judgements(file);
  const arm = ({ numbers }) => ({ numbers });
  return effects(
    protocol,
    rows.map(({ prompt, judged, control, baseline }) => ({
      prompt,
      judged: arm(judged),
      control: arm(control),
      baseline,
    })),
  );
}

/** The lines of one unit of one way. */
function panel({ x, y, width, height, left, lines, extent, decimals, unit }) {
  const colour = { value: ({ in_score }) => (in_score ? COLOURS.soft : COLOURS.accent), scale: null };
  const fill = {
    value: ({ in_score, verdict }) =>
      verdict === "undecided" ? COLOURS.paper : in_score ? COLOURS.soft : COLOURS.accent,
    scale: null,
  };
  const name = ({ metric }) => metricOf(metric).label;
  return place(x, y, {
    width,
    height,
    marginTop: 4,
    marginRight: 10,
    marginBottom: 38,
    marginLeft: left,
    x: { label: null, domain: extent, inset: 8 },
    y: { label: null, axis: null, type: "point", domain: lines.map(name), padding: 0.6 },
    marks: [
      gridX({ ticks: 4, stroke: COLOURS.line, strokeOpacity: 1 }),
      frame({ stroke: COLOURS.line }),
      ruleX([0], { stroke: COLOURS.edge, strokeDasharray: "3 3" }),
      axisX({
        ticks: 4,
        tickSize: 0,
        tickFormat: (value) => (value > 0 ? "+" : "") + (value === 0 ? "0" : decimal(value, decimals)),
        label: unit,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 34,
      }),
      ...(left > 20 ? [axisY({ tickSize: 0, label: null, fill: COLOURS.ink })] : []),
      ruleY(lines, {
        y: name,
        x1: ({ difference }) => difference.interval?.from,
        x2: ({ difference }) => difference.interval?.to,
        stroke: colour,
        strokeWidth: 2.5,
        strokeOpacity: 0.5,
      }),
      dot(lines, { y: name, x: ({ difference }) => difference.mean, r: 4.5, fill, stroke: colour, strokeWidth: 1.5 }),
    ],
  });
}

function differences() {
  const [left, width, line, foot] = [196, 256, 23, 42];
  const parts = WAYS.map(({ title, prompts, pairs }, column) =>
    words(left + column * width + 6, 26, `${title} (${pairs} pairs, ${prompts} prompts)`, { weight: 600 }),
  );
  let y = 36;
  for (const { unit, holds, decimals } of GROUPS) {
    const group = WAYS.map(({ effects: all }) => all.filter(({ metric }) => holds(metric)));
    const ends = group.flat().flatMap(({ difference: { mean, interval } }) => [mean, ...Object.values(interval ?? {})]);
    const extent = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const height = Math.max(...group.map((lines) => lines.length)) * line + foot;
    for (const [column, lines] of group.entries()) {
      // The names stand once, left of the first way.
      const names = column === 0 ? left : 6;
      parts.push(
        panel({
          x: left + column * width - names,
          y,
          width: width + names,
          height,
          left: names,
          lines,
          extent,
          decimals,
          unit,
        }),
      );
    }
    y += height + 6;
  }
  const said = WAYS.map(({ title, effects: all }) => {
    const clear = all.filter(({ verdict }) => verdict !== "undecided");
    return `${title}: ${clear.map(({ metric, difference }) => `${metricOf(metric).label} ${signed(difference.mean)} (${short(difference.interval.from)} to ${short(difference.interval.to)})`).join(", ")}; of the other ${all.length - clear.length} numbers nothing can be told`;
  });
  return sheet({
    width: 720,
    height: y + 2,
    title: "Judged minus control: every number, both ways",
    description: `Differences with 95% intervals, one line per number. ${said.join(". ")}.`,
    parts,
  });
}

export const drawings = { "judge-differences.svg": differences };
