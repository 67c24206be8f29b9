// What our own run of an experiment found, for readers who have run nothing yet.
import { element } from "../../parts/dom.js";

/**
 * `picture`: a file of docs/experiments, with its size in pixels; `says`: sentences of docs/experiments.md as they stand there; `section`:
 * its heading on the page of that document.
 * @typedef {{ picture: string, width: number, height: number, alt: string, says: string[], section: string }} Ours
 */

export function createOurs() {
  const picture = element("img", { loading: "lazy" });
  const text = element("p");
  const link = element("a", {}, "Read our whole report");
  const node = element(
    "section",
    { class: "card ours", "aria-labelledby": "ours-heading", hidden: true },
    element("h2", { id: "ours-heading" }, "What our own run found"),
    text,
    picture,
    element("p", { class: "hint" }, "Press Run to see what yours finds. ", link, "."),
  );

  return {
    node,
    /** @param {Ours} ours */
    turn({ picture: file, width, height, alt, says, section }) {
      Object.assign(picture, { src: `docs/experiments/${file}`, width, height, alt });
      text.textContent = says.join(" ");
      link.href = `pages/experiments.html#${section}`;
    },
    /** @param {boolean} isWanted  nothing is written, or being written, by the reader */
    show(isWanted) {
      node.hidden = !isWanted;
    },
  };
}
