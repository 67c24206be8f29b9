// What temperature does with nothing cut off (top-p 1): every story, the means, and how many are coherent and novel at once.
import { axisX, axisY, dot, frame, gridY, line, rectY, ruleX } from "@observablehq/plot";
import { decimal } from "../../www/parts/format.js";
import { sweep } from "./data.mjs";
import { share } from "./lines.mjs";
import { COLOURS, place, sheet, words } from "./sheet.mjs";

const TOP_P = 1;

/** Wilson's 95% interval of a share (Wilson 1927): it stays within 0 and 1, and is not empty at either end. */
function wilson(count, all) {
  const z = 1.96;
  const middle = (count + (z * z) / 2) / (all + z * z);
  const half = (z / (all + z * z)) * Math.sqrt((count * (all - count)) / all + (z * z) / 4);
  return { from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

const { grid, stories, values } = sweep("sampling.csv");
const [temperature, topP] = grid.axes.map((axis) => axis.values);

/** The stories of each temperature at top-p 1 by one number. */
function columns(name) {
  const all = values(name);
  return temperature.map((value, row) => {
    const from = (row * topP.length + topP.indexOf(TOP_P)) * stories;
    const those = all.slice(from, from + stories);
    if (those.includes(null))
      throw new Error(`a story at temperature ${value} has no ${name}: it was too short, or the library was missing`);
    return { temperature: value, values: those, mean: those.reduce((sum, each) => sum + each, 0) / those.length };
  });
}

const X = { label: null, inset: 12, domain: [temperature[0], temperature.at(-1)] };
const SIZE = { width: 236, height: 216, marginTop: 8, marginRight: 8, marginBottom: 38, marginLeft: 48 };
const around = (y) => [
  gridY({ ticks: 5, stroke: COLOURS.line, strokeOpacity: 1 }),
  frame({ stroke: COLOURS.line }),
  axisX({
    ticks: 4,
    tickSize: 0,
    tickFormat: String,
    label: "temperature",
    labelAnchor: "center",
    labelArrow: "none",
    labelOffset: 34,
  }),
  axisY({ ticks: 5, tickSize: 0, tickFormat: y, label: null }),
];

/** A dot a story, and a line through the means. */
function dots(x, y, told, domain, write) {
  // Side by side, in the order of their runs.
  const points = told.flatMap(({ temperature: value, values: all }) =>
    all.map((each, index) => ({ x: value + (index / (all.length - 1) - 0.5) * 0.2, y: each })),
  );
  return place(x, y, {
    ...SIZE,
    x: X,
    y: { label: null, domain, inset: 4 },
    marks: [
      ...around(write),
      dot(points, { x: "x", y: "y", r: 2, fill: COLOURS.accent, fillOpacity: 0.45 }),
      line(told, { x: "temperature", y: "mean", stroke: COLOURS.ink, strokeWidth: 1.75 }),
    ],
  });
}

function window() {
  const [coherence, novel, region] = ["coherence", "new_ngrams_3", "creative_region"].map(columns);
  const inside = region.map(({ temperature: value, values: all }) => {
    const count = all.filter((each) => each === 1).length;
    return { temperature: value, count, share: count / all.length, ...wilson(count, all.length) };
  });
  const lowest = Math.floor(Math.min(0, ...coherence.flatMap(({ values: all }) => all)) * 5) / 5;
  const [across, top] = [238, 12];
  const bars = place(2 * across, top + 22, {
    ...SIZE,
    x: X,
    y: { label: null, domain: [0, 1], inset: 4 },
    marks: [
      ...around(share),
      rectY(inside, {
        x1: ({ temperature: value }) => value - 0.1,
        x2: ({ temperature: value }) => value + 0.1,
        y: "share",
        fill: COLOURS.accent,
        fillOpacity: 0.55,
      }),
      ruleX(inside, { x: "temperature", y1: "from", y2: "to", stroke: COLOURS.ink, strokeWidth: 1.5 }),
    ],
  });
  const means = (told) => told.map(({ temperature: value, mean }) => `${decimal(mean, 2)} at ${value}`).join(", ");
  return sheet({
    width: 720,
    height: top + 22 + SIZE.height + 8,
    title: "The window of temperatures",
    description:
      `Three charts along temperature at top-p ${TOP_P}, ${stories} stories at each. Mean coherence: ${means(coherence)}. Mean share of new word triples: ${means(novel)}. ` +
      `Stories in the creative region: ${inside.map(({ temperature: value, count }) => `${count} at ${value}`).join(", ")}.`,
    parts: [
      ...["Coherence", "New word triples", "Stories in the region"].map((label, column) =>
        words(column * across + 48, top + 16, label, { size: 14, weight: 600 }),
      ),
      dots(0, top + 22, coherence, [lowest, 1], (value) => decimal(value, 1)),
      dots(across, top + 22, novel, [0, 1], share),
      bars,
    ],
  });
}

export const drawings = { "sampling-window.svg": window };
