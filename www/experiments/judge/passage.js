// What a round changed in a story, marked in its text.
import { element } from "../../parts/dom.js";
import { passage } from "../views/row.js";

/**
 * @import { JudgeRound } from "../../protocol.js"
 */

/**
 * The parts of a story around the sentence of a round. What stands around it is the same before and after.
 * @param {string} before  the story before the round
 * @param {Pick<JudgeRound, "before" | "after" | "text">} round
 */
export function around(before, round) {
  for (
    let at = before.indexOf(round.before);
    at >= 0 && round.before !== "";
    at = before.indexOf(round.before, at + 1)
  ) {
    const [start, rest] = [before.slice(0, at), before.slice(at + round.before.length)];
    if (`${start}${round.after}${rest}` === round.text) return { start, old: round.before, now: round.after, rest };
  }
  // A character may be cut in two between sentences: then whatever differs is what changed.
  let start = 0;
  while (start < before.length && before[start] === round.text[start]) start += 1;
  let end = 0;
  while (end < Math.min(before.length, round.text.length) - start && before.at(-1 - end) === round.text.at(-1 - end))
    end += 1;
  return {
    start: before.slice(0, start),
    old: before.slice(start, before.length - end),
    now: round.text.slice(start, round.text.length - end),
    rest: end > 0 ? before.slice(-end) : "",
  };
}

const unseen = (/** @type {string} */ text) => element("span", { class: "visually-hidden" }, text);

/**
 * The story before and after a round at once: the old sentence struck out, the new one beside it; or the sentence that stayed.
 * @param {string} prompt
 * @param {string} before
 * @param {JudgeRound} round
 */
export function changed(prompt, before, round) {
  const { start, old, now, rest } = around(before, round);
  // The space before a sentence is no part of the mark.
  const space = /^\s*/.exec(old)?.[0] ?? "";
  if (round.chosen === 0)
    return passage(
      prompt,
      start,
      space,
      element("mark", {}, unseen("[unchanged: "), old.slice(space.length), unseen("]")),
      rest,
    );
  return passage(
    prompt,
    start,
    space,
    element("del", {}, unseen("[removed: "), old.slice(space.length), unseen("]")),
    " ",
    element("ins", {}, unseen("[inserted: "), now.trimStart(), unseen("]")),
    rest,
  );
}
