// What the browser's tab and its history call the page: the story on it and how it was written.
import { decimal } from "../parts/format.js";
import { shownEntry } from "./state.js";

const PAGE = "Fabula";
/** Characters of a prompt that a tab has room for. */
const LONGEST = 28;

/**
 * Such as "T 1.10 · Deep in the forest … · Fabula"; a name that the reader gave stands in the place of the prompt.
 * @param {import("./state.js").State} state
 */
export function titleOf(state) {
  const entry = shownEntry(state);
  const settings = state.writing?.settings ?? entry?.record.settings;
  if (!settings) return PAGE;
  const name = (state.writing ? null : entry?.name) || beginning(settings.prompt);
  return [`T ${decimal(settings.temperature, 2)}`, ...(name ? [name] : []), PAGE].join(" · ");
}

/**
 * As many whole words as there is room for.
 * @param {string} prompt
 */
function beginning(prompt) {
  const text = prompt.trim().replace(/\s+/g, " ");
  const letters = [...text];
  if (letters.length <= LONGEST) return text;
  const cut = letters.slice(0, LONGEST + 1).join("");
  const words = cut.slice(0, cut.lastIndexOf(" ")).replace(/[\s,;:.–-]+$/, "");
  return `${words || letters.slice(0, LONGEST).join("")} …`;
}
