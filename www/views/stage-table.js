// What each stage of the sampling chain did at one place: how many tokens it left, what it took away or reshaped.
import { element } from "../parts/dom.js";
import { chance, count, decimal } from "../parts/format.js";

/**
 * @import { LookedMessage, StageReport } from "../protocol.js"
 */

/** Stages that have sliders of their own always have their row. */
const ALWAYS = ["temperature", "top_p"];

/** @param {StageReport} report */
function deed({ active, removed, moved }) {
  if (!active) return "off";
  if (removed > 0) return `takes away ${chance(removed)}`;
  return moved > 0 ? `reshapes ${chance(moved)}` : "changes nothing here";
}

/** A table that is made anew only when other stages are in it. */
export function createStageTable() {
  const body = element("tbody");
  const caption = element("caption", {}, "What the samplers do here, in their order");
  const head = element(
    "thead",
    {},
    element(
      "tr",
      {},
      ...["Sampler", "What it does", "Tokens left", "Entropy"].map((name) => element("th", { scope: "col" }, name)),
    ),
  );
  const node = element("div", { class: "stages" }, element("table", {}, caption, head, body));
  /** @type {HTMLTableCellElement[][]} */
  let cells = [];

  /** @param {number} rows */
  function make(rows) {
    cells = Array.from({ length: rows }, () =>
      Array.from({ length: 4 }, (_, index) => (index === 0 ? element("th", { scope: "row" }) : element("td"))),
    );
    body.replaceChildren(...cells.map((row) => element("tr", {}, ...row)));
  }

  return {
    node,
    /**
     * @param {LookedMessage} looked
     * @param {(stage: string) => string} labelOf
     */
    show({ stages, vocabulary, entropy_bits, chain_milliseconds }, labelOf) {
      const shown = stages.filter((stage) => stage.active || ALWAYS.includes(stage.name));
      const lines = [
        ["The model", "", count(vocabulary), `${decimal(entropy_bits, 2)} bits`],
        ...shown.map((stage) => [
          labelOf(stage.name),
          deed(stage),
          count(stage.kept),
          `${decimal(stage.entropy_bits, 2)} bits`,
        ]),
      ];
      if (cells.length !== lines.length) make(lines.length);
      lines.forEach((line, row) =>
        line.forEach((text, column) => {
          const cell = cells[row]?.[column];
          if (cell && cell.textContent !== text) cell.textContent = text;
        }),
      );
      cells.forEach((row, index) =>
        row[0]?.parentElement?.toggleAttribute("data-off", index > 0 && !shown[index - 1]?.active),
      );
      caption.title = `The samplers took ${decimal(chain_milliseconds, 1)} ms.`;
    },
  };
}
