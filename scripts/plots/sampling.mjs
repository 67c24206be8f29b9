// Experiment 1: every cell of temperature by top-p, the cells between novelty and coherence, and each number along either axis.
import { axisX, axisY, cell, dot, frame, gridX, gridY, line, rect, ruleX, ruleY, text } from "@observablehq/plot";
import { capital, decimal } from "../../www/parts/format.js";
import { metricOf } from "../../www/views/metric-list.js";
import { sweep } from "./data.mjs";
import { analyse } from "./engine.mjs";
import { along, extentOf, plain, share } from "./lines.mjs";
import { humanRange } from "./people.mjs";
import { COLOURS, place, sheet, tint, warmth, words } from "./sheet.mjs";

const WIDTH = 720;
const NUMBERS = ["coherence", "novelty", "surprise", "creative_region"].map((name) => [
  name,
  capital(metricOf(name).label),
]);

const { grid, stories, values } = sweep("sampling.csv");
const [temperature, topP] = grid.axes.map((axis) => axis.values);
/** How values of a number are written along an axis: coherence is no share. */
const writer = (name) => (name === "coherence" ? plain : share);
const told = Object.fromEntries(NUMBERS.map(([name]) => [name, analyse(grid, name, values(name))]));
const cellOf = (index) => ({
  temperature: temperature[Math.floor(index / topP.length)],
  topP: topP[index % topP.length],
});

/** A heatmap a number, tinted from its lowest to its highest mean. A dark frame: the mean lies in the human range. */
function cells() {
  const [across, down, left, top] = [350, 262, 10, 14];
  const parts = NUMBERS.flatMap(([name, label], index) => {
    const [x, y] = [left + (index % 2) * across, top + Math.floor(index / 2) * (down + 26)];
    const data = told[name].cells.map(({ mean }, at) => ({ ...cellOf(at), mean }));
    const [lowest, highest] = [Math.min, Math.max].map((end) => end(...data.map(({ mean }) => mean)));
    const [from, to] = name === "creative_region" ? [1, 1] : humanRange(name, grid.base.length);
    return [
      words(x + 58, y + 16, label, { size: 14, weight: 600 }),
      place(x, y + 24, {
        width: across,
        height: down - 4,
        marginTop: 2,
        marginRight: 12,
        marginBottom: 38,
        marginLeft: 58,
        x: { type: "band", domain: topP, padding: 0.05 },
        y: { type: "band", domain: [...temperature].reverse(), padding: 0.05 },
        marks: [
          cell(data, {
            x: "topP",
            y: "temperature",
            fill: { value: ({ mean }) => tint((mean - lowest) / (highest - lowest)), scale: null },
            stroke: { value: ({ mean }) => (mean >= from && mean <= to ? COLOURS.ink : COLOURS.line), scale: null },
            strokeWidth: 1.5,
            rx: 4,
          }),
          text(data, { x: "topP", y: "temperature", text: ({ mean }) => decimal(mean, 2), fill: COLOURS.ink }),
          axisX({ tickSize: 0, label: "top-p", labelAnchor: "center", labelArrow: "none", labelOffset: 34 }),
          axisY({ tickSize: 0, label: "temperature", labelAnchor: "center", labelArrow: "none", labelOffset: 52 }),
        ],
      }),
    ];
  });
  return sheet({
    width: WIDTH,
    height: top + 2 * (down + 26) + 8,
    title: "Every cell of temperature by top-p",
    description:
      `Four heatmaps with the temperature from ${temperature[0]} to ${temperature.at(-1)} up and top-p from ${topP[0]} to ${topP.at(-1)} across: mean coherence, novelty, surprise and creative region of ${stories} stories a cell. A dark frame marks means in the human range. ` +
      `At temperature ${temperature.at(-1)} and top-p 1 they are ${NUMBERS.map(([name, label]) => `${label.toLowerCase()} ${decimal(told[name].cells.at(-1).mean, 2)}`).join(", ")}.`,
    parts,
  });
}

/** One mark a cell; cells of one temperature are joined. */
function map() {
  const points = told.coherence.cells.map((coherence, at) => ({
    ...cellOf(at),
    coherence,
    novel: told.novelty.cells[at],
  }));
  const people = Object.fromEntries(["novelty", "coherence"].map((name) => [name, humanRange(name, grid.base.length)]));
  const colour = (value) => warmth(temperature.indexOf(value) / (temperature.length - 1));
  const stroke = { value: (point) => colour(point.temperature), scale: null };
  const at = { x: ({ novel }) => novel.mean, y: ({ coherence }) => coherence.mean };
  const [x, y] = [430, 170];
  const legend = temperature.map(
    (value, index) =>
      `<circle cx="${x - 342}" cy="${y + index * 22}" r="5.5" fill="${colour(value)}"/>${words(x - 328, y + index * 22 + 4.5, `${decimal(value, 1)}`)}`,
  );
  return sheet({
    width: WIDTH,
    height: 420,
    title: "Novelty and coherence of every cell",
    description:
      `A map with novelty, the share of new word triples, across and coherence up, one mark for each of ${points.length} cells. ` +
      `${[points[0], points[2 * topP.length + 4], points.at(-1)].map((point) => `At temperature ${point.temperature}, top-p ${point.topP}, novelty is ${decimal(point.novel.mean, 2)} and coherence ${decimal(point.coherence.mean, 2)}`).join(". ")}. ` +
      `A box marks the human range: novelty ${people.novelty.map((end) => decimal(end, 2)).join(" to ")}, coherence ${people.coherence.map((end) => decimal(end, 2)).join(" to ")}.`,
    parts: [
      place(6, 8, {
        width: WIDTH - 12,
        height: 404,
        marginTop: 26,
        marginRight: 20,
        marginBottom: 42,
        marginLeft: 56,
        x: { inset: 14, label: null },
        y: { inset: 14, label: null },
        marks: [
          gridX({ stroke: COLOURS.line, strokeOpacity: 1, ticks: 6 }),
          gridY({ stroke: COLOURS.line, strokeOpacity: 1, ticks: 6 }),
          frame({ stroke: COLOURS.line }),
          rect([people], {
            x1: ({ novelty }) => novelty[0],
            x2: ({ novelty }) => novelty[1],
            y1: ({ coherence }) => coherence[0],
            y2: ({ coherence }) => coherence[1],
            fill: COLOURS.edge,
            fillOpacity: 0.12,
          }),
          text([people], {
            x: ({ novelty }) => novelty[1],
            y: ({ coherence }) => coherence[1],
            text: () => "as people write",
            textAnchor: "end",
            lineAnchor: "top",
            dx: -5,
            dy: 5,
            fill: COLOURS.soft,
          }),
          axisX({
            ticks: 6,
            tickSize: 0,
            tickFormat: share,
            label: "novelty: new word triples →",
            labelAnchor: "right",
            labelArrow: "none",
            labelOffset: 38,
          }),
          axisY({
            ticks: 6,
            tickSize: 0,
            tickFormat: plain,
            label: "↑ coherence",
            labelAnchor: "top",
            labelArrow: "none",
          }),
          line(points, { ...at, z: "temperature", stroke: "temperature", strokeOpacity: 0.55, strokeWidth: 1.25 }),
          ruleX(points, {
            x: at.x,
            y1: ({ coherence }) => coherence.interval?.from,
            y2: ({ coherence }) => coherence.interval?.to,
            stroke,
            strokeOpacity: 0.45,
          }),
          ruleY(points, {
            y: at.y,
            x1: ({ novel }) => novel.interval?.from,
            x2: ({ novel }) => novel.interval?.to,
            stroke,
            strokeOpacity: 0.45,
          }),
          dot(points, { ...at, r: 5, fill: stroke, stroke: COLOURS.paper, strokeWidth: 1 }),
        ],
        color: { type: "ordinal", domain: temperature, range: temperature.map(colour) },
      }),
      words(x - 350, y - 22, "Temperature", { fill: COLOURS.soft, size: 12 }),
      ...legend,
    ],
  });
}

/** Each number along temperature, and below along top-p; a column has one scale. */
function lines() {
  const [across, down, left, top] = [175, 190, 6, 12];
  const parts = NUMBERS.flatMap(([name, label], column) => {
    const { findings } = told[name];
    const extent = extentOf(findings);
    return [
      words(left + column * across + 44, top + 16, label, { size: 14, weight: 600 }),
      ...findings.map((finding, row) =>
        along({
          x: left + column * across,
          y: top + 22 + row * (down + 4),
          width: across,
          height: down,
          finding,
          extent,
          write: writer(name),
          label: finding.axis === "top_p" ? "top-p" : finding.axis,
        }),
      ),
    ];
  });
  const ends = NUMBERS.map(([name, label]) => {
    const { means } = told[name].findings[0];
    return `${label.toLowerCase()} ${means.map(({ value, estimate }) => `${decimal(estimate.mean, 2)} at ${value}`).join(", ")}`;
  });
  return sheet({
    width: WIDTH,
    height: top + 22 + 2 * (down + 4) + 6,
    title: "Coherence, novelty, surprise and creative region along temperature and top-p",
    description: `Eight charts. Means along temperature: ${ends.join("; ")}.`,
    parts,
  });
}

export const drawings = { "sampling-cells.svg": cells, "sampling-map.svg": map, "sampling-lines.svg": lines };
