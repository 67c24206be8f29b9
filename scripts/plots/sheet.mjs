// A drawing on a card: panels by Observable Plot side by side, in colours that follow the reader's light or dark.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const { document } = parseHTML("<html></html>");

/** The page's colours, light and dark. Drawn in the light one; a rule in the drawing puts the dark one in its place. */
const PAIRS = {
  paper: ["#ffffff", "#1b1e24"],
  line: ["#e4e1da", "#2d323b"],
  edge: ["#8b8f97", "#6d7580"],
  ink: ["#1d2129", "#e8e6e1"],
  soft: ["#5a616d", "#a0a8b4"],
  accent: ["#2f5d8a", "#8ab8e6"],
};
const COLD_TO_HOT = [
  ["#2f5d8a", "#a64a7e", "#e0690f"],
  ["#6fa8dc", "#cc86b8", "#ff9d3b"],
];
/** From the card to a tint on which ink can still be read. */
const PALE_TO_FULL = [
  ["#ffffff", "#f2a344"],
  ["#1b1e24", "#86500f"],
];
const STEPS = 12;

/** `share` of the way along some colours. */
function mixed(stops, way) {
  const at = Math.min(Math.floor(way * (stops.length - 1)), stops.length - 2);
  const share = way * (stops.length - 1) - at;
  const [from, to] = stops.slice(at);
  const part = (place) =>
    Math.round(
      parseInt(from.slice(place, place + 2), 16) * (1 - share) + parseInt(to.slice(place, place + 2), 16) * share,
    );
  return `#${[1, 3, 5].map((place) => part(place).toString(16).padStart(2, "0")).join("")}`;
}
const scale = (ends) => Array.from({ length: STEPS + 1 }, (_, step) => ends.map((both) => mixed(both, step / STEPS)));
const [temperatures, tints] = [scale(COLD_TO_HOT), scale(PALE_TO_FULL)];

/** Colours by name. */
export const COLOURS = Object.fromEntries(Object.entries(PAIRS).map(([name, [light]]) => [name, light]));
/** From blue to orange, by a share from 0 to 1. */
export const warmth = (share) => temperatures[Math.round(share * STEPS)][0];
/** From nothing to a full tint. */
export const tint = (share) => tints[Math.round(Math.min(1, Math.max(0, share)) * STEPS)][0];

const dark = new Map([...Object.values(PAIRS), ...temperatures, ...tints]);

/** Numbers of places and sizes with one decimal: nobody sees more, and the file is half as large. */
const PLACES = / (?:d|transform|x|y|x1|x2|y1|y2|cx|cy|width|height|points)="[^"]*"/g;
const rounded = (markup) =>
  markup.replace(PLACES, (attribute) =>
    attribute.replace(/-?\d+\.\d+(?!\d*em)/g, (number) => String(Number(Number(number).toFixed(1)))),
  );

/** One panel, as the inside of an <svg>. */
function panel(options) {
  const drawing = Plot.plot({ document, style: { fontSize: "12px" }, ...options });
  if (drawing.nodeName.toLowerCase() !== "svg")
    throw new Error("a panel with a legend of its own is no single drawing");
  for (const style of drawing.querySelectorAll("style")) style.remove();
  // The drawing has one name; its parts have none.
  for (const part of drawing.querySelectorAll("*"))
    for (const name of ["aria-label", "aria-hidden"]) part.removeAttribute(name);
  return [...drawing.childNodes].map(String).join("").replaceAll("currentColor", COLOURS.soft);
}

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

/** Words on the card; `weight`: 600 for headings. */
export const words = (x, y, text, { fill = COLOURS.ink, size = 13, weight, anchor } = {}) =>
  `<text x="${x}" y="${y}" fill="${fill}" font-size="${size}"${weight ? ` font-weight="${weight}"` : ""}${anchor ? ` text-anchor="${anchor}"` : ""}>${escaped(text)}</text>`;

/** A panel at its place on the card. `options`: Plot's. */
export const place = (x, y, options) =>
  `<g transform="translate(${x},${y})" text-anchor="middle" font-size="12" fill="${COLOURS.soft}">${panel(options)}</g>`;

/** The whole drawing as a file. `title` and `description` are what those hear who do not see it. */
export function sheet({ width, height, title, description, parts }) {
  const body = rounded(parts.join("\n"));
  const night = [...dark]
    .filter(([light]) => body.includes(`"${light}"`) || light === COLOURS.paper)
    .map(([light, night_]) => `[fill="${light}"]{fill:${night_}}[stroke="${light}"]{stroke:${night_}}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>text{white-space:pre}@media(prefers-color-scheme:dark){${night.join("")}}</style>`,
    `<rect width="${width}" height="${height}" rx="12" fill="${COLOURS.paper}"/>`,
    body,
    "</svg>",
    "",
  ].join("\n");
}
