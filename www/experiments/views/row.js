// A written story in words, and the link that opens it on the stories page.
import { element } from "../../parts/dom.js";

/**
 * @import { Row } from "../../protocol.js"
 */

/** @param {Row} row */
export const tokensOf = ({ tokens, ended }) => `${tokens} tokens${ended === "story" ? ", ended by itself" : ""}`;

/**
 * @param {string} prompt
 * @param {...(Node | string)} text
 */
export const passage = (prompt, ...text) =>
  element("p", { class: "cell-text" }, element("span", { class: "cell-prompt" }, prompt), ...text);

/**
 * @param {string} link  a fragment
 * @param {string} which  for screen readers: what tells the story from the others
 */
export const storyLink = (link, which) =>
  element(
    "a",
    { href: `index.html${link}` },
    "Open this story",
    element("span", { class: "visually-hidden" }, ` (${which})`),
  );
