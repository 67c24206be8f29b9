// The report on paper is the page itself (style/experiments.css): what only it says stands below, all that is folded away is shown, and drawings are
// made for it.
import { address } from "../../session/address-bar.js";
import { required } from "../../parts/dom.js";
import { drawFor } from "./plot-box.js";

export function createReport() {
  const settings = required("report-settings", HTMLElement);
  const link = required("report-link", HTMLElement);
  /** @type {HTMLDetailsElement[]} */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.protocol-parts")]
      .filter((node) => node instanceof HTMLDetailsElement && !node.open)
      .map((node) => /** @type {HTMLDetailsElement} */ (node));
    for (const details of folded) details.open = true;
    drawFor(true);
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
    drawFor(false);
  });
  return {
    /** @param {{ described: string, fragment: string, model: string, revision: number, digest: string | null }} about */
    show({ described, fragment, model, revision, digest }) {
      if (fragment !== "") link.textContent = address(fragment);
      settings.textContent = `${described}; model ${model}, engine revision ${revision}${digest ? `; digest ${digest}` : ""}.`;
    },
  };
}
