// What all experiments say of a written story.
import { element } from "../../parts/dom.js";

/**
 * @import { Row } from "../../protocol.js"
 */

/** @param {Row} row */
export const tokensOf = ({ tokens, ended }) => `${tokens} tokens${ended === "story" ? ", ended by itself" : ""}`;

/**
 * A link to the story on the stories page.
 * @param {Pick<Row, "link">} row
 * @param {string} which  only for screen readers: what tells the story from the others
 */
export const openLink = ({ link }, which) =>
  element(
    "a",
    { href: `index.html${link}` },
    "Open this story",
    element("span", { class: "visually-hidden" }, ` (${which})`),
  );
