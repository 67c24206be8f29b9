// The experiments to choose from, as links: each is a place of the page, so that it can be bookmarked and gone back to.
import { element } from "../../parts/dom.js";

/**
 * @param {{ name: string, title: string }[]} experiments
 */
export function createChooser(experiments) {
  const links = experiments.map(({ name, title }) => ({ name, link: element("a", { href: `#${name}` }, title) }));
  const items = links.map(({ link }) => element("li", {}, link));
  return {
    node: element(
      "nav",
      { class: "chooser", "aria-label": "Experiments", hidden: links.length < 2 },
      element("ul", {}, ...items),
    ),
    /** @param {string} chosen  its name */
    show(chosen) {
      for (const { name, link } of links) {
        if (name === chosen) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
  };
}
