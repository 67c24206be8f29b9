// Colours of the style sheet as literal values, for pictures that leave the page.
import { element } from "./dom.js";

/**
 * Asks the browser what colours are right now, light or dark, as #rrggbb in sRGB.
 * @param {string[]} colours  as in a style sheet: var(--ink), color-mix(…)
 * @returns {string[]}
 */
export function literalColours(colours) {
  const probe = element("span", { hidden: true });
  document.body.append(probe);
  const literal = colours.map((colour) => {
    // Mixed with itself in sRGB, any colour is told by its three numbers there.
    probe.style.setProperty("color", `color-mix(in srgb, ${colour}, ${colour})`);
    const told = getComputedStyle(probe).color;
    const numbers =
      told
        .match(/-?[\d.]+(e-?\d+)?/g)
        ?.slice(0, 3)
        .map(Number) ?? [];
    const scale = told.startsWith("rgb") ? 1 : 255;
    return `#${numbers
      .map((number) =>
        Math.round(Math.min(255, Math.max(0, number * scale)))
          .toString(16)
          .padStart(2, "0"),
      )
      .join("")}`;
  });
  probe.remove();
  return literal;
}
