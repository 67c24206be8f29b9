// An item of revise: the story before, and both arms round by round: which sentence, what could have stood there, what was chosen, why.
import { element } from "../../parts/dom.js";
import { decimal } from "../../parts/format.js";
import { createAppraisal, partsOf, writeScore } from "./appraisal.js";
import { changed } from "./passage.js";
import { passage, storyLink } from "../views/row.js";

/**
 * @import { JudgeCandidate, JudgeProcess, JudgeRound, JudgeRow, JudgeTold } from "../../protocol.js"
 */

/**
 * @param {JudgeCandidate} candidate
 * @param {boolean} taken
 */
function candidate({ seed, text, complete, appraisal, gain_bits }, taken) {
  const score =
    !complete || !appraisal
      ? "unfinished, so it could not be chosen"
      : `score ${writeScore(appraisal.score)} (${partsOf(appraisal)})`;
  const gain = gain_bits === null ? "" : ` · gain ${decimal(gain_bits, 2)} bits per token`;
  return element(
    "li",
    { "data-chosen": taken },
    element("span", { class: "candidate-text" }, text.trim()),
    element("span", { class: "hint" }, `${seed === null ? "as it was" : `seed ${seed}`} · ${score}${gain}`),
    ...(taken ? [element("span", { class: "label by-score" }, "chosen")] : []),
  );
}

/**
 * @param {JudgeRound} round
 * @param {string} prompt
 * @param {string} before
 * @param {string} arm
 */
function roundOf(round, prompt, before, arm) {
  const candidates = element(
    "ol",
    { class: "candidates" },
    ...round.candidates.map((each, at) => candidate(each, at === round.chosen)),
  );
  return element(
    "li",
    { class: "round" },
    element("h4", {}, `Round ${round.round}`),
    element(
      "p",
      { class: "hint" },
      `This was the weakest sentence not yet tried: its contextual gain was ${decimal(round.sentence.gain_bits, 2)} bits per token.`,
    ),
    element("p", { class: "reason" }, round.reason),
    changed(prompt, before, round),
    element(
      "details",
      {},
      element("summary", {}, `${round.candidates.length} candidates and their scores`),
      candidates,
    ),
    element("p", { class: "hint" }, storyLink(round.link, `${arm}, after round ${round.round}`)),
  );
}

/**
 * @param {string} title
 * @param {JudgeRow} row
 * @param {JudgeTold} before
 * @param {JudgeTold} after
 * @param {JudgeRound[]} rounds
 */
function armOf(title, { prompt_text: prompt }, before, after, rounds) {
  const told = rounds.map((round, at) =>
    roundOf(round, prompt, rounds[at - 1]?.text ?? before.text, title.toLowerCase()),
  );
  const nothing = element(
    "p",
    { class: "hint" },
    "No sentence could be revised. Only sentences after the first have a contextual gain.",
  );
  return element(
    "section",
    { class: "arm" },
    element("h3", {}, title),
    createAppraisal(after.appraisal),
    rounds.length > 0 ? element("ol", { class: "rounds" }, ...told) : nothing,
  );
}

/**
 * @param {JudgeRow} row
 * @param {Extract<JudgeProcess, { revise: unknown }>["revise"]} process
 */
export function createRounds(row, { before, judged, control }) {
  return element(
    "div",
    { class: "revision" },
    element(
      "section",
      { class: "arm" },
      element("h3", {}, "Before"),
      createAppraisal(before.appraisal),
      passage(row.prompt_text, before.text),
      element("p", { class: "hint" }, `Seed ${before.seed} · `, storyLink(before.link, "before")),
    ),
    element(
      "div",
      { class: "arms" },
      armOf("Revised by score", row, before, row.judged, judged),
      armOf("Revised at random", row, before, row.control, control),
    ),
  );
}
