// Copying links.
import { element } from "./dom.js";

/**
 * Copies text.
 * @param {string} text
 * @returns {Promise<boolean>}  false if the browser has no clipboard for the page, or forbids it
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
 * A field with the link, for copying by hand.
 * @param {string} text
 */
export function linkField(text) {
  const field = element("input", { type: "text", readonly: true, "aria-label": "Link to copy" });
  field.value = text;
  field.addEventListener("focus", () => field.select());
  return field;
}
