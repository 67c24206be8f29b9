// A score and what it is made of.
import { element } from "../../parts/dom.js";
import { decimal } from "../../parts/format.js";

/**
 * @import { JudgeAppraisal, JudgeCriterion } from "../../protocol.js"
 */

/** @type {JudgeCriterion[]} */
const CRITERIA = ["coherence", "novelty", "relevance"];

/** @param {number} score */
export const writeScore = (score) => decimal(score, 3);

/** @param {JudgeAppraisal} appraisal */
export function partsOf(appraisal) {
  const parts = CRITERIA.filter((name) => appraisal[name] !== null).map((name) =>
    appraisal.too_short?.includes(name)
      ? `${name} too short to measure, counts as 0`
      : `${name} ${decimal(appraisal[name], 2)}`,
  );
  return parts.join(" · ");
}

/** @param {JudgeAppraisal} appraisal */
export function createAppraisal(appraisal) {
  const bar = element("i");
  bar.style.setProperty("--at", String(appraisal.score));
  return element(
    "div",
    { class: "appraisal" },
    element(
      "p",
      {},
      "Score ",
      element("b", {}, writeScore(appraisal.score)),
      element("span", { class: "hint" }, ` ${partsOf(appraisal)}`),
    ),
    element("div", { class: "scale", "aria-hidden": "true" }, bar),
  );
}
