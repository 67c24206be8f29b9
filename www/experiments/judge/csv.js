// Judgements as a table: a line an item, every number of the judged story and of the control in a column. How each came about is in the
// JSON alone.
import { csvOf } from "../../parts/csv.js";

/**
 * @import { JudgeRow } from "../../protocol.js"
 * @import { Cell } from "../../parts/csv.js"
 */

/** @param {JudgeRow[]} rows */
export function toCsv(rows) {
  const names = [
    ...new Set(
      rows.flatMap(({ judged, control }) => [...Object.keys(judged.numbers), ...Object.keys(control.numbers)]),
    ),
  ].sort();
  const means = [...new Set(rows.flatMap(({ baseline }) => Object.keys(baseline)))].sort();
  /** @typedef {[string, (row: JudgeRow) => Cell]} Column */
  const arm = (/** @type {"judged" | "control"} */ which) =>
    /** @type {Column[]} */ ([
      [`${which}_seed`, (/** @type {JudgeRow} */ row) => row[which].seed],
      [`${which}_ended`, (/** @type {JudgeRow} */ row) => row[which].ended],
      [`${which}_digest`, (/** @type {JudgeRow} */ row) => row[which].digest],
      [`${which}_link`, (/** @type {JudgeRow} */ row) => row[which].link],
      ...names.map((name) => [`${which}_${name}`, (/** @type {JudgeRow} */ row) => row[which].numbers[name]]),
      [`${which}_text`, (/** @type {JudgeRow} */ row) => row[which].text],
    ]);
  /** @type {Column[]} */
  const columns = [
    ["item", ({ item }) => item],
    ["prompt", ({ prompt }) => prompt],
    ["prompt_text", ({ prompt_text }) => prompt_text],
    ["left_out", ({ left_out }) => (left_out ?? []).map(({ criterion }) => criterion).join(" ")],
    ...arm("judged"),
    ...arm("control"),
    ...means.map(/** @returns {Column} */ (name) => [`baseline_${name}`, ({ baseline }) => baseline[name]]),
  ];
  return csvOf(columns, rows);
}
