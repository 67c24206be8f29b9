// One number along the strength: its plot, what it tells in words, and what it is.
import { element } from "../../parts/dom.js";
import { card, hint } from "../views/card.js";
import { createLines } from "../sampling/plots.js";

/**
 * @import { FindingsMessage } from "../../protocol.js"
 * @import { Metric } from "../../views/metric-list.js"
 */

/**
 * @param {object} options
 * @param {string} options.name  unlike those of the others
 * @param {string} options.heading
 * @param {HTMLElement} [options.choice]  where another number is chosen
 */
export function createMeasure({ name, heading, choice }) {
  const lines = createLines();
  const words = element("div", { class: "findings-list" });
  const say = hint("");
  const node = card(`measure-${name}`, heading, choice ? [choice] : [], lines.node, words, say);
  node.classList.add("measure");
  return {
    node,
    /** @param {{ told: FindingsMessage | null, metric: Metric, written: number, unmeasured: boolean }} view  `unmeasured`: for want of the library */
    show({ told, metric, written, unmeasured }) {
      const finding = told?.findings[0] ?? null;
      lines.show({ finding, metric });
      const sentences = unmeasured
        ? ["It needs the library, which you can load on this page."]
        : written > 0
          ? (finding?.sentences ?? [])
          : [];
      words.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
      say.textContent = metric.sentence;
    },
  };
}
