// An item of best of n: all drafts with their scores, and which of them was chosen by score and which at random.
import { element } from "../../parts/dom.js";
import { createAppraisal } from "./appraisal.js";
import { passage, storyLink } from "../views/row.js";

/**
 * @import { JudgeProcess, JudgeRow, JudgeTold } from "../../protocol.js"
 */

/**
 * @param {JudgeRow} row
 * @param {Extract<JudgeProcess, { best_of: unknown }>["best_of"]} process
 */
export function createDrafts({ prompt_text: prompt }, { drafts, chosen }) {
  const draft = (/** @type {JudgeTold} */ told, /** @type {number} */ at) => {
    const choices = [
      ...(at === chosen.judged ? [element("span", { class: "label by-score" }, "chosen by score")] : []),
      ...(at === chosen.control ? [element("span", { class: "label" }, "chosen at random")] : []),
    ];
    return element(
      "li",
      { class: "draft", "data-chosen": at === chosen.judged ? "judged" : at === chosen.control ? "control" : null },
      element("p", { class: "draft-head" }, element("b", {}, `Draft ${at + 1}`), ...choices),
      createAppraisal(told.appraisal),
      passage(prompt, told.text),
      element("p", { class: "hint" }, `Seed ${told.seed} · `, storyLink(told.link, `draft ${at + 1}`)),
    );
  };
  return element("ol", { class: "drafts" }, ...drafts.map(draft));
}
