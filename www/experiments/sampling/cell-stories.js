// The stories of a chosen cell: their texts, three numbers each, and a link that opens each on the page of stories.
import { element } from "../../parts/dom.js";
import { capital } from "../../parts/format.js";
import { metricOf } from "../../views/metric-list.js";
import { passage, storyLink, tokensOf } from "../views/row.js";
import { cellName } from "./heatmap.js";

/**
 * @import { Grid, Row } from "../../protocol.js"
 */

const SHOWN = ["novelty", "coherence", "surprise"];

/** @param {{ onClose: () => void }} options */
export function createCellStories({ onClose }) {
  const heading = element("h3", { tabindex: -1 });
  const list = element("ol", { class: "cell-stories" });
  const close = element("button", { type: "button", class: "small" }, "Close");
  close.addEventListener("click", onClose);
  const node = element(
    "section",
    { class: "card chosen-cell", "aria-label": "Stories of the selected cell", hidden: true },
    element("div", { class: "chosen-head" }, heading, close),
    list,
  );
  let shown = "";

  /**
   * @param {Row} row
   * @param {Grid} grid
   */
  function story(row, grid) {
    const numbers = SHOWN.map(metricOf)
      .map(({ name, label, write }) => `${label} ${write(row.numbers[name] ?? null)}`)
      .join(" · ");
    const prompt = row.prompt === undefined ? grid.base.prompt : (grid.prompts?.[row.prompt] ?? "");
    return element(
      "li",
      {},
      passage(prompt, row.text),
      element(
        "p",
        { class: "hint" },
        `Seed ${row.seed} · ${numbers} · ${tokensOf(row)} · `,
        storyLink(row.link, `seed ${row.seed}`),
      ),
    );
  }

  return {
    node,
    focus: () => heading.focus(),
    /** @param {{ grid: Grid, rows: (Row | null)[], cell: number | null }} view */
    show({ grid, rows, cell }) {
      node.hidden = cell === null;
      if (cell === null) return void (shown = "");
      const each = rows.length / grid.axes.reduce((product, { values }) => product * values.length, 1);
      const stories = rows.slice(cell * each, (cell + 1) * each).flatMap((row) => row ?? []);
      // Drawn anew only where something is new, so that a reader's place in it stays.
      const now = JSON.stringify([
        cell,
        stories.map(({ digest, numbers }) => [digest, SHOWN.map((name) => numbers[name])]),
      ]);
      if (now === shown) return;
      shown = now;
      heading.textContent = `${capital(cellName(grid, cell))}: ${stories.length === 0 ? "no story yet" : stories.length === 1 ? "1 story" : `${stories.length} stories`}`;
      list.replaceChildren(...stories.map((row) => story(row, grid)));
    },
  };
}
