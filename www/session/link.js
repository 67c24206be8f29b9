// Links that replay a story: the address bar, the clipboard, and holding a replay against what its link promised.
import { element } from "../parts/dom.js";
import { verdict } from "./verdict.js";

/**
 * @import { StoryRecord } from "../protocol.js"
 * @import { Expectation, Verdict } from "./state.js"
 */

/**
 * A fragment as the address bar writes it, with exactly one "#".
 * @param {string} fragment
 */
function withHash(fragment) {
  return `#${fragment.replace(/^#/, "")}`;
}

/**
 * The whole address of a fragment on this page.
 * @param {string} fragment
 */
export function address(fragment) {
  return location.href.replace(/#.*$/s, "") + withHash(fragment);
}

/**
 * Puts a link into the address bar without a new entry in the history.
 * @param {string} fragment
 */
export function showInAddressBar(fragment) {
  history.replaceState(history.state, "", withHash(fragment));
}

/** @param {string} fragment */
export const isInAddressBar = (fragment) => location.href === address(fragment);

/** Takes the link of a story that is gone out of the address bar: a reload would write it again. */
export function leaveAddressBar() {
  history.replaceState(history.state, "", location.pathname + location.search);
}

/**
 * How a replay went, or null when the link promised nothing.
 * @param {Expectation | null} expectation
 * @param {StoryRecord} record
 * @returns {Verdict | null}
 */
export function judge(expectation, record) {
  const found = verdict(expectation, record);
  if (!found || found.same || record.ended !== "stopped") return found;
  return { same: false, text: "stopped before it could be compared with its link" };
}

/**
 * A prompt as it was before a mail program or a chat encoded it once too often; null where nothing in it looks encoded. Only the digest can
 * tell which of the two the link meant.
 * @param {string} prompt
 */
export function decodedPrompt(prompt) {
  try {
    const decoded = decodeURIComponent(prompt.replaceAll("+", " "));
    return decoded === prompt ? null : decoded;
  } catch {
    return null; // A percent sign of its own.
  }
}

/**
 * Copies text. False where the browser has no clipboard for us, or forbids it.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * A field holding the link, for copying by hand.
 * @param {string} text
 */
export function linkField(text) {
  const field = element("input", { type: "text", readonly: true, "aria-label": "Link to copy" });
  field.value = text;
  field.addEventListener("focus", () => field.select());
  return field;
}
