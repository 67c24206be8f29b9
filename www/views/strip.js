// The story as a strip: a bar a token for its surprisal, a thin line for the entropy. It is another way to point at a token.
import { element, svg } from "../parts/dom.js";
import { decimal, tokenName } from "../parts/format.js";
import { FULL } from "../parts/scale.js";

/**
 * @import { Token } from "./story-tokens.js"
 */

/** Bits at the top of the strip, where the tint of the words is full, too. */
const TOP = FULL.surprisal;
/** A token this surprising is a peak. */
const PEAK = 8;
const PEAKS_NAMED = 3;

/**
 * @param {object} options
 * @param {() => readonly Token[]} options.all
 * @param {(position: number | null) => number} options.placeOf
 * @param {(index: number | null) => void} options.onPoint
 * @param {(index: number) => void} options.onChoose
 */
export function createStrip({ all, placeOf, onPoint, onChoose }) {
  /** One drawing of bars and line for each piece that came. */
  const pieces = svg("g");
  const looked = svg("rect", { class: "strip-looked", y: 0, height: TOP, width: 0 });
  const pointed = svg("rect", { class: "strip-pointed", y: 0, height: TOP, width: 0 });
  const drawing = svg("svg", { preserveAspectRatio: "none", role: "img", "aria-label": "" }, looked, pointed, pieces);
  const key = element(
    "p",
    { class: "strip-key hint", "aria-hidden": "true" },
    element("span", { class: "strip-key-bars" }),
    "surprisal",
    element("span", { class: "strip-key-line" }),
    "entropy, token by token",
  );
  const node = element("div", { class: "strip" }, drawing, key);
  /** Tokens that the strip has room for. */
  let room = 1;
  /** Tokens drawn. */
  let drawn = 0;

  /** Draws the tokens that are new, from the last one drawn on: what stands there need not be drawn again. */
  function draw() {
    const tokens = all();
    if (drawn === tokens.length) return;
    let bars = "";
    let line = "";
    for (const { position, count, bits, entropy } of tokens.slice(Math.max(0, drawn - 1))) {
      bars += `M${position} ${TOP}v${-Math.min(TOP, Math.max(0.25, bits)).toFixed(2)}h${count * 0.8}V${TOP}z`;
      if (entropy !== null)
        line += `${line ? "L" : "M"}${position + count / 2} ${(TOP - Math.min(TOP, entropy)).toFixed(2)}`;
    }
    pieces.append(svg("path", { class: "strip-bars", d: bars }), svg("path", { class: "strip-line", d: line }));
    drawn = tokens.length;
  }

  /** What the strip shows, in words. */
  function describe() {
    const tokens = all();
    const total = tokens.reduce((sum, token) => sum + token.bits, 0);
    const count = tokens.reduce((sum, token) => sum + token.count, 0);
    const peaks = tokens.filter((token) => token.bits >= PEAK).sort((one, other) => other.bits - one.bits);
    const named = peaks.slice(0, PEAKS_NAMED).map((token) => `${tokenName(token.text)} with ${decimal(token.bits, 1)}`);
    drawing.setAttribute(
      "aria-label",
      `Surprisal over the story: ${decimal(total / Math.max(1, count), 1)} bits a token on average; ${peaks.length === 0 ? `none reaches ${PEAK} bits` : `${peaks.length} of ${PEAK} bits or more: ${named.join(", ")}${peaks.length > named.length ? " and others" : ""}`}.`,
    );
  }

  /** @param {PointerEvent | MouseEvent} event */
  function indexAt(event) {
    const box = drawing.getBoundingClientRect();
    return placeOf(Math.floor(((event.clientX - box.left) / box.width) * room));
  }

  /**
   * @param {SVGRectElement} rect
   * @param {Token | undefined} token
   */
  function place(rect, token) {
    rect.setAttribute("width", String(token?.count ?? 0));
    if (token) rect.setAttribute("x", String(token.position));
  }

  drawing.addEventListener("pointermove", (event) => {
    const index = indexAt(event);
    onPoint(index < 0 ? null : index);
  });
  drawing.addEventListener("pointerleave", () => onPoint(null));
  drawing.addEventListener("click", (event) => {
    const index = indexAt(event);
    if (index >= 0) onChoose(index);
  });

  return {
    node,
    draw,
    /**
     * How many tokens there will be at most; the marks then keep their places while the story grows.
     * @param {number} tokens
     */
    fit(tokens) {
      room = Math.max(1, tokens);
      drawing.setAttribute("viewBox", `0 0 ${room} ${TOP}`);
      pieces.replaceChildren();
      drawn = 0;
      draw();
    },
    describe,
    /**
     * @param {number | null} under  the token under the lens
     * @param {number | null} at  the token pointed at
     */
    mark(under, at) {
      place(looked, all()[under ?? -1]);
      place(pointed, all()[at ?? -1]);
    },
  };
}
