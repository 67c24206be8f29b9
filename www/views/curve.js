// The n-novelty curve: how much of a story is new, by the length of the run of words.
import { element } from "../parts/dom.js";
import { percent } from "../parts/format.js";

/**
 * @import { Numbers } from "../protocol.js"
 */

/** The longest run of words that is counted. */
const LONGEST = 10;
const LENGTHS = Array.from({ length: LONGEST }, (_, index) => index + 1);

/** Bars, one a length; nothing is shown without the library. */
export function createCurve() {
  const bars = LENGTHS.map(() => element("i"));
  const values = LENGTHS.map(() => element("td"));
  const rows = LENGTHS.map((length, index) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(length)),
      element("td", { class: "curve-bar", "aria-hidden": "true" }, bars[index] ?? ""),
      values[index] ?? "",
    ),
  );
  const node = element(
    "table",
    { class: "curve", hidden: true },
    element("caption", {}, "Share of its runs of words that occur in none of the books, by the length of the run"),
    element("tbody", {}, ...rows),
  );

  return {
    node,
    /** @param {Numbers | null} numbers */
    show(numbers) {
      const shares = LENGTHS.map((length) => numbers?.numbers[`new_ngrams_${length}`] ?? null);
      node.hidden = shares.every((share) => share === null);
      shares.forEach((share, index) => {
        bars[index]?.style.setProperty("--at", String(share ?? 0));
        values[index]?.replaceChildren(percent(share));
      });
    },
  };
}
