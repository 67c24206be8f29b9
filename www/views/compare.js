// Two stories beside each other: the pinned one and the one that is shown, what differs in their settings, texts and numbers.
import { button, element } from "../parts/dom.js";
import { count, tokenName } from "../parts/format.js";
import { entryName } from "../session/state.js";
import { numberGroups, settingRows } from "./compare-rows.js";
import { createCompareText, sameTokens } from "./compare-text.js";

/**
 * @import { ChainDescription, StoryRecord } from "../protocol.js"
 * @import { Entry } from "../session/state.js"
 * @import { Row } from "./compare-rows.js"
 */

/**
 * Fills the region of the comparison. `toggle` is the button that pins the story shown, for the story panel.
 * @param {{ root: HTMLElement, onPin: (key: string | null) => void }} options
 */
export function createCompare({ root, onPin }) {
  const toggle = button(
    "Compare",
    () => onPin(pinned !== null && pinned.key === shown?.key ? null : (shown?.key ?? null)),
    { class: "small compare-toggle", disabled: true },
  );
  const heading = element("h2", { id: "compare-heading", tabindex: -1 }, "Comparison");
  const unpin = button("Unpin", release, { class: "small" });
  const told = element("p", { class: "compare-told", role: "status" });
  const [left, right] = [createCompareText(), createCompareText()];
  const tables = element("div", { class: "compare-tables" });
  root.append(
    element("div", { class: "compare-head" }, heading, unpin),
    told,
    element("div", { class: "compare-texts" }, left.node, right.node),
    tables,
  );

  /** @type {Entry | null} */
  let pinned = null;
  /** @type {Entry | null} */
  let shown = null;
  /** What stands in the two texts; without another story only the pinned one. @type {{ one: StoryRecord, other: StoryRecord | null } | null} */
  let drawn = null;

  function release() {
    onPin(null);
    // The button is gone; the one in the story panel takes over.
    (toggle.disabled ? document.body : toggle).focus({ preventScroll: true });
  }

  /**
   * @param {Entry} one
   * @param {Entry | null} other
   * @param {ChainDescription | null} chain
   */
  function draw(one, other, chain) {
    const names = [entryName(one), other ? entryName(other) : "Another one"];
    const texts =
      drawn === null ||
      drawn.one.token_ids !== one.record.token_ids ||
      drawn.other?.token_ids !== other?.record.token_ids;
    const same = other ? sameTokens(one.record, other.record) : 0;
    drawn = { one: one.record, other: other?.record ?? null };
    // Numbers may come later than the texts, which the reader may have scrolled.
    if (texts) {
      left.show(names[0] ?? "", one.record, other ? same : null);
      if (other) right.show(names[1] ?? "", other.record, same);
      else right.clear(names[1] ?? "");
    } else {
      left.rename(names[0] ?? "");
      right.rename(names[1] ?? "");
    }
    const settings = other ? settingRows(one.record, other.record, chain) : [];
    const noSettings = element(
      "p",
      { class: "hint" },
      other
        ? "Both have the same settings."
        : "The settings that differ, and the differences of the numbers, stand here.",
    );
    tables.replaceChildren(
      settings.length > 0 ? table("Settings that differ", names, settings) : noSettings,
      ...numberGroups(one.record, other?.record ?? null).flatMap(({ name, rows }) =>
        rows.length > 0 ? [table(name, names, rows)] : [],
      ),
    );
    if (other) tell(firstDifference(one.record, other.record, same));
  }

  /** @param {string} text */
  function tell(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  return {
    toggle,
    /**
     * @param {{ pinned: Entry | null, shown: Entry | null, writing: boolean, chain: ChainDescription | null }} now
     */
    show(now) {
      const isPinned = now.pinned !== null && now.pinned.key === now.shown?.key;
      const changed = now.pinned?.key !== pinned?.key;
      pinned = now.pinned;
      shown = now.shown;
      toggle.textContent = isPinned ? "Unpin" : "Compare";
      toggle.disabled = shown === null;
      root.hidden = pinned === null;
      if (pinned === null || changed) drawn = null;
      if (pinned === null) return;
      const name = entryName(pinned);
      unpin.setAttribute("aria-label", `Unpin ${name}`);
      if (shown !== null && !isPinned) draw(pinned, shown, now.chain);
      else if (shown !== null || drawn === null) draw(pinned, null, now.chain);
      // While the next story is written the last comparison stays, so that nothing moves.
      if (shown === null && now.writing) tell(`The story that is being written will stand beside ${name}.`);
      else if (isPinned) tell(`${name} is pinned. Choose another story, or write one, to see it beside this one.`);
    },
    /** Brings the card onto the screen. */
    reveal() {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      root.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
      heading.focus({ preventScroll: true });
    },
  };
}

/**
 * Where two stories part, in a sentence.
 * @param {StoryRecord} one
 * @param {StoryRecord} other
 * @param {number} same
 */
function firstDifference(one, other, same) {
  const [before, after] = [one.token_texts[same], other.token_texts[same]];
  const prompts = one.settings.prompt === other.settings.prompt ? "" : "The prompts differ. ";
  if (before === undefined && after === undefined) return `${prompts}Both have the same ${count(same)} tokens.`;
  if (before === undefined) return `${prompts}No difference in ${count(same)} tokens; then the first one ends.`;
  if (after === undefined) return `${prompts}No difference in ${count(same)} tokens; then the second one ends.`;
  return `${prompts}First difference at token ${count(same + 1)}: ${tokenName(before)} and ${tokenName(after)}.`;
}

/**
 * @param {string} caption
 * @param {string[]} names
 * @param {Row[]} rows
 */
function table(caption, names, rows) {
  const numbers = rows.some((row) => row.difference !== undefined);
  const head = [numbers ? "Number" : "Setting", ...names, ...(numbers ? ["Difference"] : [])].map((name) =>
    element("th", { scope: "col", title: name }, name),
  );
  const body = rows.map(({ label, one, other, difference }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, label),
      ...[one, other, ...(difference === undefined ? [] : [difference])].map((value) => element("td", {}, value)),
    ),
  );
  return element(
    "table",
    { class: numbers ? "compare-numbers" : "compare-settings", "aria-label": caption },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}
