// Every number of the judged stories against the control's, one per line. On a narrow screen each line becomes a block of its own.
import { element } from "../../parts/dom.js";
import { pValue, short, signed } from "../../parts/format.js";
import { metricOf } from "../../views/metric-list.js";

/**
 * @import { JudgeEffect } from "../../protocol.js"
 */

const HEADS = ["Metric", "In the score", "Judged", "Control", "Difference (95% interval)", "Corrected p", "Verdict"];

/** @param {JudgeEffect} effect */
function verdictOf({ metric, verdict, in_score }) {
  if (verdict === "undecided") return verdict;
  const why = metric === "score" ? ", by construction" : in_score ? ", by selection" : "";
  return `${verdict}${why}`;
}

/** @param {JudgeEffect} effect */
function line(effect) {
  const { metric, in_score, judged, control, difference, p_corrected, verdict } = effect;
  const { label, unit } = metricOf(metric);
  const name = element(
    "th",
    { scope: "row", role: "rowheader" },
    label,
    ...(unit ? [" ", element("small", {}, unit)] : []),
  );
  const { mean, interval } = difference;
  const range = interval
    ? [" ", element("span", { class: "interval" }, `${short(interval.from)} to ${short(interval.to)}`)]
    : [];
  const cells = [
    [in_score ? "yes" : "no"],
    [short(judged)],
    [short(control)],
    [element("b", {}, signed(mean)), ...range],
    [pValue(p_corrected)],
    [verdictOf(effect)],
  ];
  const row = element("tr", { role: "row", "data-verdict": verdict }, name);
  // The roles stay what they are when the style sheet makes blocks of lines; the label is what then stands before the value.
  row.append(
    ...cells.map((content, at) => element("td", { role: "cell", "data-label": HEADS[at + 1] ?? "" }, ...content)),
  );
  return row;
}

export function createEffectsTable() {
  const body = element("tbody", { role: "rowgroup" });
  const heads = HEADS.map((head) => element("th", { scope: "col", role: "columnheader" }, head));
  const node = element(
    "table",
    { class: "effects", role: "table", "aria-label": "All metrics of the judged stories compared with the control" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    body,
  );
  return {
    node,
    /** @param {JudgeEffect[]} effects */
    show: (effects) => body.replaceChildren(...effects.map(line)),
  };
}
