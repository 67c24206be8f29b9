// A card with a heading, as the results of all experiments have them.
import { element } from "../../parts/dom.js";

/** @param {string} text */
export const hint = (text) => element("p", { class: "hint" }, text);

/**
 * @param {string} name  its class; no other card has it
 * @param {string} heading
 * @param {Node[]} beside  controls beside the heading
 * @param {...Node} content
 */
export function card(name, heading, beside, ...content) {
  const title = element("h2", { id: `${name}-heading` }, heading);
  return element(
    "section",
    { class: `card ${name}`, "aria-labelledby": title.id },
    beside.length > 0 ? element("div", { class: "map-head" }, title, ...beside) : title,
    ...content,
  );
}
