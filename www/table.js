// The table of generations: the numbers of the map, and a button a row that shows the story again.
import { button, element } from "./dom.js";
import { decimal, percent } from "./format.js";
import { entryName } from "./state.js";

/**
 * @import { Entry } from "./state.js"
 */

const COLUMNS = ["Story", "Temp.", "Top-p", "Seed", "Novelty", "Coherence"];

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
    const { settings, metrics } = entry.record;
    const name = entryName(entry);
    const cells = [
      decimal(settings.temperature, 2),
      decimal(settings.top_p, 2),
      String(settings.seed),
      percent(metrics.session_novelty),
      decimal(metrics.mean_log_probability_bits, 2),
    ];
    return element(
      "tr",
      { "data-origin": entry.origin },
      element("th", { scope: "row" }, button(name, () => onChoose(entry.key), { "aria-label": `Show ${name}` })),
      ...cells.map((cell) => element("td", {}, cell)),
    );
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
        if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
        if (entry.key === shown) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
      }
    },
  };
}
