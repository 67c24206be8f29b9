// Whether a replay gave what its link promised, in words. src/link/verdict.rs uses the same words: tests/verdicts.json tests both.

/**
 * @import { StoryRecord } from "../protocol.js"
 */

/**
 * @typedef {{ digest: string | null, model: string | null, engine_revision: number | null }} Promised
 * @typedef {{ same: boolean, text: string }} Verdict
 */

/**
 * @param {Promised | null} promised
 * @param {{ digest: string, model: string, engine_revision: number }} found
 * @param {"story" | "stories"} [what]
 * @returns {Verdict | null}  null if the link promised nothing
 */
export function verdict(promised, found, what = "story") {
  if (!promised?.digest) return null;
  if (promised.digest === found.digest) return { same: true, text: "reproduced exactly" };
  const because = (/** @type {string} */ why) => ({ same: false, text: `not the same ${what}: ${why}` });
  if (promised.model && promised.model !== found.model)
    return because(`the link was made with the model ${promised.model}, this is ${found.model}`);
  if (promised.engine_revision !== null && promised.engine_revision !== found.engine_revision)
    return because(
      `the link was made with engine revision ${promised.engine_revision}, this is ${found.engine_revision}`,
    );
  return because("same model and engine, but the tokens differ");
}

/**
 * The verdict on a story.
 * @param {Promised | null} promised
 * @param {StoryRecord} record
 * @returns {Verdict | null}  null if the link promised nothing
 */
export function judge(promised, record) {
  const found = verdict(promised, record);
  if (!found || found.same || record.ended !== "stopped") return found;
  return { same: false, text: "stopped before it could be compared with its link" };
}

/**
 * A prompt as it was before a mail program or a chat encoded it once too often. Only the digest tells which of the two the link meant.
 * @param {string} prompt
 * @returns {string | null}  null if nothing in the prompt looks encoded
 */
export function decodedPrompt(prompt) {
  try {
    const decoded = decodeURIComponent(prompt.replaceAll("+", " "));
    return decoded === prompt ? null : decoded;
  } catch {
    return null; // A percent sign that encodes nothing.
  }
}
