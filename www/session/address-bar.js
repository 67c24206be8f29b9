// The page's address and the link in it.

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

/** Removes the link of a deleted story from the address bar, because a reload would write the story again. */
export function leaveAddressBar() {
  history.replaceState(history.state, "", location.pathname + location.search);
}
