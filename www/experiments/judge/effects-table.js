// Every number of the judged stories against the control's, one a line. On a narrow screen each line becomes a block of its own.
import { element } from "../../parts/dom.js";
import { VERDICTS, labelOf, signed, unitOf, write, writeP } from "./numbers.js";

/**
 * @import { JudgeEffect } from "../../protocol.js"
 */

const HEADS = ["Number", "In the score", "Judged", "Control", "Difference (95% interval)", "Corrected p", "Verdict"];

/** @param {JudgeEffect} effect */
function verdictOf({ metric, verdict, in_score }) {
  if (verdict === "undecided") return VERDICTS[verdict];
  const why = metric === "score" ? ", by construction" : in_score ? ", as choosing pushes it" : "";
  return `${VERDICTS[verdict]}${why}`;
}

/** @param {JudgeEffect} effect */
function line(effect) {
  const { metric, in_score, judged, control, difference, p_corrected, verdict } = effect;
  const unit = unitOf(metric);
  const name = element(
    "th",
    { scope: "row", role: "rowheader" },
    labelOf(metric),
    ...(unit ? [" ", element("small", {}, unit)] : []),
  );
  const { mean, interval } = difference;
  const range = interval
    ? [" ", element("span", { class: "interval" }, `${write(interval.from)} to ${write(interval.to)}`)]
    : [];
  const cells = [
    [in_score ? "yes" : "no"],
    [write(judged)],
    [write(control)],
    [element("b", {}, signed(mean)), ...range],
    [writeP(p_corrected)],
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
    { class: "effects", role: "table", "aria-label": "Every number of the judged stories against the control" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    body,
  );
  return {
    node,
    /** @param {JudgeEffect[]} effects */
    show: (effects) => body.replaceChildren(...effects.map(line)),
  };
}
