// One line over a story that came by a link.
import { element } from "../parts/dom.js";

export function createShared() {
  const node = element(
    "p",
    { class: "hint shared", hidden: true },
    "This story was shared with you. Move a slider to change it.",
  );
  return {
    node,
    /** @param {boolean} isShared */
    show(isShared) {
      node.hidden = !isShared;
    },
  };
}
