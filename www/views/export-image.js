// The map as a file that other programs open: SVG, or PNG at twice its size, in the colours of the page as they are now.
import { HOTTEST, PAGE_PALETTE, drawMap } from "./map-drawing.js";
import { frontWords } from "./map-words.js";
import { literalColours } from "../parts/colours.js";
import { element, svg } from "../parts/dom.js";
import { download } from "../parts/download.js";

/**
 * @import { Palette, Picture } from "./map-drawing.js"
 */

const WIDTH = 960;
const MARGIN = 24;
const DRAWING = { top: 72, height: 560 };
const LINE = 22;
const PIXELS = 2;
const SVG = "image/svg+xml";
const PNG = "image/png";
const RAMP = { steps: 24, width: 4, height: 10 };

/** @typedef {Palette & { soft: string }} Inks */

/**
 * @param {string} words
 * @param {Record<string, string | number>} attributes
 */
function text(words, attributes) {
  const node = svg("text", attributes);
  node.textContent = words;
  return node;
}

/**
 * The page's colours as they are now, without variables.
 * @param {number[]} temperatures  that are drawn
 * @returns {Inks}
 */
function literalPalette(temperatures) {
  const { tint, ...named } = PAGE_PALETTE;
  const names = { ...named, soft: "var(--soft)" };
  const tints = [...new Set(temperatures)].map(
    (temperature) => /** @type {const} */ ([temperature, tint(temperature)]),
  );
  const literal = literalColours([...Object.values(names), ...tints.map(([, colour]) => colour)]);
  const of = (/** @type {number} */ index) => literal[index] ?? "#000000";
  const inks = /** @type {typeof names} */ (
    Object.fromEntries(Object.keys(names).map((name, index) => [name, of(index)]))
  );
  const byTemperature = new Map(
    tints.map(([temperature], index) => [temperature, of(index + Object.keys(names).length)]),
  );
  return { ...inks, tint: (temperature) => byTemperature.get(temperature) ?? inks.ink };
}

/**
 * The signs and their words under the drawing, each with its width.
 * @param {Picture} picture
 * @param {Inks} inks
 * @returns {{ sign: Node[], signWidth: number, words: string }[]}
 */
function legendOf(picture, inks) {
  const { brushed, means } = picture;
  const ramp = Array.from({ length: RAMP.steps }, (_, index) =>
    svg("rect", {
      x: index * RAMP.width,
      y: -RAMP.height / 2,
      width: RAMP.width,
      height: RAMP.height,
      fill: inks.tint(rampTemperature(index)),
    }),
  );
  const circle = (/** @type {Record<string, string | number>} */ look) => svg("circle", { cx: 6, cy: 0, ...look });
  const path = (/** @type {string} */ d, /** @type {Record<string, string | number>} */ look) =>
    svg("path", { d, stroke: inks.ink, fill: "none", ...look });
  const item = (/** @type {string} */ words, /** @type {number} */ signWidth, /** @type {Node[]} */ ...sign) => ({
    sign,
    signWidth,
    words,
  });
  const { front, note } = frontWords(picture);
  const items = [
    item(`temperature 0 to ${HOTTEST}`, RAMP.steps * RAMP.width, ...ramp),
    item("story", 12, circle({ r: 6, fill: inks.tint(rampTemperature(0)) })),
    item("example", 12, circle({ r: 5, fill: inks.card, stroke: inks.edge, "stroke-width": 1.75 })),
    item("people’s range", 18, svg("rect", { x: 0, y: -6, width: 18, height: 12, fill: inks.people })),
  ];
  if (brushed) items.push(item("chosen", 12, circle({ r: 5.5, fill: "none", stroke: inks.ink, "stroke-width": 1.25 })));
  if (means?.every(({ interval }) => interval))
    items.push(item("mean with its 95% interval", 14, path("M0,0H14M7,-7V7", { "stroke-width": 2 })));
  else if (means) items.push(item("mean", 14, path("M1,0H13M7,-6V6", { "stroke-width": 1.5 })));
  if (front)
    items.push(
      item(
        note ? `${front}. ${note}` : front,
        24,
        path("M0,0H24", { "stroke-width": 1.25, "stroke-dasharray": "5 3" }),
      ),
    );
  return items;
}

/** @param {number} index */
function rampTemperature(index) {
  return (index / (RAMP.steps - 1)) * HOTTEST;
}

/**
 * The map with a title and a legend, all that it needs inside.
 * @param {Picture} picture
 * @param {string} about  how many stories, and which
 */
function imageOf(picture, about) {
  const inks = literalPalette([
    ...picture.points.map(({ entry }) => entry.record.settings.temperature),
    ...Array.from({ length: RAMP.steps }, (_, index) => rampTemperature(index)),
  ]);
  const { node } = drawMap(picture, { width: WIDTH - 2 * MARGIN, height: DRAWING.height, palette: inks });
  const drawing = svg(
    "g",
    { transform: `translate(${MARGIN},${DRAWING.top})`, "font-size": 13, "text-anchor": "middle", fill: inks.soft },
    ...node.childNodes,
  );
  for (const part of drawing.querySelectorAll("*")) {
    for (const { name, value } of [...part.attributes]) {
      if (value === "currentColor") part.setAttribute(name, inks.soft);
      else if (/^(aria-|class$)/.test(name)) part.removeAttribute(name);
    }
  }
  const measure = document.createElement("canvas").getContext("2d");
  if (measure) measure.font = "13px sans-serif";
  let [x, y] = [MARGIN, DRAWING.top + DRAWING.height + LINE];
  const legend = legendOf(picture, inks).map(({ sign, signWidth, words }) => {
    // Another program's letters may be wider.
    const width = signWidth + 6 + (measure?.measureText(words).width ?? 7 * words.length) * 1.1 + 18;
    if (x > MARGIN && x + width > WIDTH - MARGIN) [x, y] = [MARGIN, y + LINE];
    const item = svg(
      "g",
      { transform: `translate(${x},${y})` },
      ...sign,
      text(words, { x: signWidth + 6, y: 0, dy: "0.32em" }),
    );
    x += width;
    return item;
  });
  const height = y + LINE;
  const title = `Fabula: ${picture.across.title} and ${picture.up.title}`;
  const name = svg("title");
  name.textContent = `${title}, ${about}`;
  return svg(
    "svg",
    {
      width: WIDTH,
      height,
      viewBox: `0 0 ${WIDTH} ${height}`,
      "font-family": "sans-serif",
      "font-size": 13,
      fill: inks.soft,
    },
    name,
    svg("rect", { x: 0, y: 0, width: WIDTH, height, fill: inks.card }),
    text(title, { x: MARGIN, y: 30, "font-size": 18, "font-weight": 600, fill: inks.ink }),
    text(about, { x: MARGIN, y: 50 }),
    drawing,
    ...legend,
  );
}

/**
 * @param {string} source  of the drawing
 * @returns {Promise<Blob | null>}  null if the browser cannot draw it
 */
async function pngOf(source) {
  const url = URL.createObjectURL(new Blob([source], { type: SVG }));
  try {
    const image = element("img", { src: url });
    await image.decode();
    const canvas = element("canvas", { width: image.width * PIXELS, height: image.height * PIXELS });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, PNG));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Saves the map as a file.
 * @param {"svg" | "png"} kind
 * @param {Picture} picture
 * @param {string} about
 * @returns {Promise<string | null>}  the file's name, or null if the browser could not make it
 */
export async function saveImage(kind, picture, about) {
  const source = new XMLSerializer().serializeToString(imageOf(picture, about));
  const content = kind === "svg" ? `<?xml version="1.0" encoding="UTF-8"?>\n${source}\n` : await pngOf(source);
  if (content === null) return null;
  const name = `fabula-map.${kind}`;
  download(name, kind === "svg" ? SVG : PNG, content);
  return name;
}
