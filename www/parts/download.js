// Gives the reader a file that the page has made.
import { element } from "./dom.js";

/** How long the browser may take to begin with it. */
const PATIENCE = 60_000;

/**
 * @param {string} name
 * @param {string} type
 * @param {string | Blob} content
 */
export function download(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), PATIENCE);
}
