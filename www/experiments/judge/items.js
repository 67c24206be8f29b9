// Every item's story, folded: opened, it shows how the story came about. What is inside is built when it is first opened.
import { element } from "../../parts/dom.js";
import { writeScore } from "./appraisal.js";
import { createDrafts } from "./drafts.js";
import { signed } from "../../parts/format.js";
import { createRounds } from "./rounds.js";

/**
 * @import { JudgeRow } from "../../protocol.js"
 */

/** @param {JudgeRow} row */
function processOf(row) {
  return "best_of" in row.process ? createDrafts(row, row.process.best_of) : createRounds(row, row.process.revise);
}

/** @param {JudgeRow} row */
function item(row) {
  const { judged, control, process } = row;
  const seed = "best_of" in process ? process.best_of.drafts[0]?.seed : process.revise.before.seed;
  const [chosen, drawn] = [judged.appraisal.score, control.appraisal.score];
  const summary = element(
    "summary",
    {},
    element("span", { class: "item-prompt" }, row.prompt_text || "No prompt"),
    element(
      "span",
      { class: "item-scores" },
      `Seed ${seed} · score ${writeScore(chosen)}, at random ${writeScore(drawn)} (${signed(chosen - drawn)})`,
    ),
  );
  const node = element("details", { class: "item" }, summary);
  node.addEventListener("toggle", () => {
    if (node.open && node.childElementCount === 1) node.append(processOf(row));
  });
  return node;
}

export function createItems() {
  const node = element("div", { class: "items" });
  /** By run. @type {Map<number, { row: JudgeRow, node: HTMLElement }>} */
  let shown = new Map();

  return {
    node,
    /**
     * Adds what is new in its place, so that what is open stays as it is.
     * @param {(JudgeRow | null)[]} rows
     */
    show(rows) {
      for (const [run, { row, node: old }] of shown) {
        if (rows[run] === row) continue;
        old.remove();
        shown.delete(run);
      }
      /** @type {HTMLElement | null} */
      let following = null;
      for (const row of rows.toReversed()) {
        if (!row) continue;
        const there = shown.get(row.run);
        const next = there?.node ?? item(row);
        if (!there) {
          node.insertBefore(next, following);
          shown.set(row.run, { row, node: next });
        }
        following = next;
      }
    },
    clear() {
      shown = new Map();
      node.replaceChildren();
    },
  };
}
