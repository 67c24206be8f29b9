// "Your verdict": the value of the story, which only a reader can give.
import { element } from "../parts/dom.js";

/** @import { Entry } from "../session/state.js" */

const VALUES = [1, 2, 3, 4, 5];

/**
 * @param {{ onRate: (key: string, rating: number) => void }} options
 */
export function createRating({ onRate }) {
  /** @type {Entry | null} */
  let shown = null;
  const radios = VALUES.map((value) => {
    const radio = element("input", { type: "radio", name: "verdict", value, "aria-label": `${value} of 5` });
    radio.addEventListener("change", () => shown && onRate(shown.key, value));
    return radio;
  });
  const node = element(
    "fieldset",
    { class: "rating" },
    element("legend", {}, "Your verdict, 1 to 5"),
    element("span", { class: "rating-values" }, ...radios.map((radio) => element("label", {}, radio, radio.value))),
    element("span", { class: "hint" }, "No number here can say what a story is worth."),
  );

  return {
    node,
    /** @param {Entry | null} entry  the story that is judged; null while there is none */
    show(entry) {
      shown = entry;
      node.toggleAttribute("disabled", entry === null || entry.origin !== "own");
      for (const radio of radios) radio.checked = Number(radio.value) === entry?.rating;
    },
  };
}
