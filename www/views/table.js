// The table of generations: the numbers of the map, and a button a row that shows the story again.
import { button, element } from "../parts/dom.js";
import { decimal } from "../parts/format.js";
import { metricOf } from "./metric-list.js";
import { entryName } from "../session/state.js";

/**
 * @import { Entry } from "../session/state.js"
 */

const COLUMNS = ["Story", "Temp.", "Top-p", "Seed", "New triples", "SLOR", "Entropy"];
/** What stands in the last columns. */
const NUMBERS = ["new_ngrams_3", "slor_per_word_bits", "entropy_per_word_bits"];

/**
 * @param {{ onChoose: (key: string) => void }} options
 */
export function createTable({ onChoose }) {
  const body = element("tbody");
  const table = element(
    "table",
    { "aria-label": "Generations" },
    element("thead", {}, element("tr", {}, ...COLUMNS.map((name) => element("th", { scope: "col" }, name)))),
    body,
  );
  const node = element("div", { class: "table-box" }, table);
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();

  /** @param {Entry} entry */
  function createRow(entry) {
    const { settings } = entry.record;
    const name = entryName(entry);
    const cells = [decimal(settings.temperature, 2), decimal(settings.top_p, 2), String(settings.seed)];
    return element(
      "tr",
      { "data-origin": entry.origin },
      element("th", { scope: "row" }, button(name, () => onChoose(entry.key), { "aria-label": `Show ${name}` })),
      ...cells.map((cell) => element("td", {}, cell)),
      ...NUMBERS.map(() => element("td")),
    );
  }

  /**
   * Numbers may come later than the story.
   * @param {HTMLTableRowElement} row
   * @param {Entry} entry
   */
  function fill(row, entry) {
    NUMBERS.forEach((name, index) => {
      const cell = row.children[row.children.length - NUMBERS.length + index];
      if (cell) cell.textContent = metricOf(name).write(entry.record.numbers[name] ?? null);
    });
  }

  return {
    node,
    /**
     * The reader's own stories, newest first, and the examples after them. Rows are kept, so the focus stays in place.
     * @param {Entry[]} entries
     * @param {string | null} shown
     */
    show(entries, shown) {
      const own = entries.filter((entry) => entry.origin === "own").reverse();
      const examples = entries.filter((entry) => entry.origin === "example");
      for (const [place, entry] of [...own, ...examples].entries()) {
        let row = rows.get(entry.key);
        if (!row) {
          row = createRow(entry);
          rows.set(entry.key, row);
        }
        fill(row, entry);
        if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
        if (entry.key === shown) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
      }
    },
  };
}
