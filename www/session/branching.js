// Branches: a story written again up to one of its tokens, with other tokens given from there on.
import { canRead } from "./looking.js";
import { missingAdapter } from "./state.js";

/**
 * @import { Settings } from "../protocol.js"
 * @import { Entry, Store } from "./state.js"
 * @import { Writing } from "./writing.js"
 */

/** Tokens to go on with after a branch for which the story was too short. */
const ROOM = 64;

/**
 * The settings of a branch: those of the story, with the tokens that it was given itself before the place, and then the
 * new ones. Null when the longest story has no room for them.
 * @param {Entry["record"]} record
 * @param {number} position
 * @param {number[]} tokens
 * @param {number} longest
 * @returns {Settings | null}
 */
export function branchSettings({ settings }, position, tokens, longest) {
  const end = position + tokens.length;
  if (end > longest) return null;
  const before = (settings.forced ?? []).filter(([place]) => place < position);
  const given = tokens.map((token, index) => /** @type {[number, number]} */ ([position + index, token]));
  return {
    ...settings,
    forced: [...before, ...given],
    length: end < settings.length ? settings.length : Math.min(longest, end + ROOM),
  };
}

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {Writing} options.writing
 * @param {(settings: Settings) => void} options.writeSettings  into the form
 * @param {(why: string) => void} options.onRefused
 */
export function createBranching({ store, writing, writeSettings, onRefused }) {
  return {
    /**
     * Writes a branch: the story `key` up to `position`, then `tokens`, then what follows from them. False when it cannot.
     * @param {{ key: string, position: number, tokens: number[] }} branch
     */
    branch({ key, position, tokens }) {
      const state = store.get();
      const entry = state.entries.find((candidate) => candidate.key === key);
      const why = refusal(state, entry, position, tokens);
      const settings =
        entry && why === null ? branchSettings(entry.record, position, tokens, state.limits?.length[1] ?? 0) : null;
      if (!entry || settings === null) {
        onRefused(why ?? "There is no room for these words: a story of this model cannot be longer.");
        return false;
      }
      writeSettings(settings);
      writing.request({
        settings,
        expectation: null,
        parent: { key: stem(state.entries, entry, position).key, position },
      });
      return true;
    },
  };
}

/**
 * The story that a branch from this place of `entry` hangs under: where `entry` is a branch itself and has its own first word
 * only there or later, the place belongs to the story before it, and the two are siblings.
 * @param {Entry[]} entries
 * @param {Entry} entry
 * @param {number} position
 * @returns {Entry}
 */
function stem(entries, entry, position) {
  const byKey = new Map(entries.map((one) => [one.key, one]));
  const passed = new Set();
  let found = entry;
  // An imported file may have stories that branch off each other in a circle.
  while (found.parent && found.parent.position >= position && !passed.has(found)) {
    const before = byKey.get(found.parent.key);
    if (!before) break;
    passed.add(found);
    found = before;
  }
  return found;
}

/**
 * Why a branch cannot be written, or null.
 * @param {ReturnType<Store["get"]>} state
 * @param {Entry | undefined} entry
 * @param {number} position
 * @param {number[]} tokens
 */
function refusal(state, entry, position, tokens) {
  if (!entry) return "The story to branch from is not here any more.";
  if (state.engine.phase !== "ready") return "A branch can be written once the model has loaded.";
  if (state.chain === null) return "This engine cannot write branches yet. Reload the page.";
  if (!canRead(state, entry))
    return `This story was written by another model or engine (${entry.record.model}, revision ${entry.record.engine_revision}), so it cannot be branched here.`;
  const adapter = missingAdapter(state, entry.record.settings);
  if (adapter !== null)
    return `This story was written with the adapter ${adapter}, whose files are not here: open them under “Adapter” to branch it.`;
  if (!Number.isInteger(position) || position < 0 || position > entry.record.token_ids.length)
    return "This place lies beyond the end of the story.";
  if (tokens.length === 0) return "Choose a word to branch with.";
  return null;
}
