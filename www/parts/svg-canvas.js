// Draws an SVG of simple parts onto a canvas. The page's content security policy lets no picture of its own making be loaded
// as an image, so the browser cannot do it.

/**
 * What a part inherits from those around it.
 * @typedef {Record<"fill" | "stroke" | "stroke-width" | "stroke-dasharray" | "stroke-opacity" | "fill-opacity" | "opacity" | "font-size" | "font-weight" | "text-anchor", string>} Look
 */

/** @type {Look} */
const INITIAL = {
  fill: "#000000",
  stroke: "none",
  "stroke-width": "1",
  "stroke-dasharray": "none",
  "stroke-opacity": "1",
  "fill-opacity": "1",
  opacity: "1",
  "font-size": "12",
  "font-weight": "400",
  "text-anchor": "start",
};
/** @type {Record<string, CanvasTextAlign>} */
const ALIGN = { start: "left", middle: "center", end: "right" };

/**
 * A length in pixels; one in em needs the size of the letters.
 * @param {Element} part
 * @param {string} name
 * @param {number} [em]
 */
function numberOf(part, name, em = 0) {
  const written = part.getAttribute(name) ?? "";
  return (Number.parseFloat(written) || 0) * (written.endsWith("em") ? em : 1);
}

/**
 * @param {Element} part
 * @returns {Path2D | null}
 */
function outlineOf(part) {
  const path = new Path2D();
  const n = (/** @type {string} */ name) => numberOf(part, name);
  switch (part.localName) {
    case "path":
      return new Path2D(part.getAttribute("d") ?? "");
    case "rect":
      path.rect(n("x"), n("y"), n("width"), n("height"));
      return path;
    case "circle":
      path.arc(n("cx"), n("cy"), n("r"), 0, 2 * Math.PI);
      return path;
    case "line":
      path.moveTo(n("x1"), n("y1"));
      path.lineTo(n("x2"), n("y2"));
      return path;
    default:
      return null;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Element} part
 * @param {Look} look
 */
function paint(context, part, look) {
  const layer = (/** @type {string} */ name) =>
    Number(look.opacity) * Number(look[/** @type {"fill-opacity" | "stroke-opacity"} */ (name)]);
  if (part.localName === "text") {
    const size = Number.parseFloat(look["font-size"]);
    context.font = `${look["font-weight"]} ${size}px sans-serif`;
    context.textAlign = ALIGN[look["text-anchor"]] ?? "left";
    context.fillStyle = look.fill;
    context.globalAlpha = layer("fill-opacity");
    context.fillText(
      part.textContent ?? "",
      numberOf(part, "x", size) + numberOf(part, "dx", size),
      numberOf(part, "y", size) + numberOf(part, "dy", size),
    );
    return;
  }
  const outline = outlineOf(part);
  if (!outline) return;
  if (look.fill !== "none" && part.localName !== "line") {
    context.fillStyle = look.fill;
    context.globalAlpha = layer("fill-opacity");
    context.fill(outline);
  }
  if (look.stroke !== "none") {
    context.strokeStyle = look.stroke;
    context.lineWidth = Number.parseFloat(look["stroke-width"]);
    context.setLineDash(
      look["stroke-dasharray"] === "none" ? [] : look["stroke-dasharray"].split(/[\s,]+/).map(Number),
    );
    context.globalAlpha = layer("stroke-opacity");
    context.stroke(outline);
  }
}

/**
 * Draws a part and those inside it. Knows g, path, rect, circle, line and text with presentation attributes.
 * @param {CanvasRenderingContext2D} context
 * @param {Element} part
 * @param {Look} [around]
 */
export function drawSvg(context, part, around = INITIAL) {
  const look = { ...around };
  for (const name of /** @type {(keyof Look)[]} */ (Object.keys(INITIAL)))
    look[name] = part.getAttribute(name) ?? (name === "opacity" ? "1" : around[name]);
  // Parts that overlap inside a group would fade each on its own; none here do.
  look.opacity = String(Number(around.opacity) * Number(look.opacity));
  context.save();
  const moves = part instanceof SVGGraphicsElement && part.localName !== "svg" ? part.transform.baseVal : null;
  for (let at = 0; moves && at < moves.numberOfItems; at += 1) {
    const { a, b, c, d, e, f } = moves.getItem(at).matrix;
    context.transform(a, b, c, d, e, f);
  }
  paint(context, part, look);
  if (part.localName !== "text") for (const inner of part.children) drawSvg(context, inner, look);
  context.restore();
}
