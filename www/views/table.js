// The table of generations: the stories that pass the filter with their settings and numbers, sortable, to choose from.
import { USUAL_SORTING, columnsOf, sorted } from "./table-columns.js";
import { button, element } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { entryName } from "../session/state.js";

/**
 * @import { ChainDescription } from "../protocol.js"
 * @import { Column, Sorting } from "./table-columns.js"
 * @import { Entry } from "../session/state.js"
 */

/** More rows than these are shown only when asked for: a long table is slow to lay out. */
const MANY = 200;

/**
 * A row and what was written into it.
 * @typedef {{ node: HTMLTableRowElement, tick: HTMLInputElement, open: HTMLButtonElement, star: HTMLElement, texts: string[] }} Row
 *
 * What the table shows. `entries`: those that pass the filter; `about`: how many of all, and which, in words; `axes`: the numbers
 * that the map shows.
 * @typedef {{ entries: Entry[], about: string, shown: string | null, brushed: ReadonlySet<string> | null, axes: [string, string], chain: ChainDescription | null }} TableView
 */

/**
 * @param {object} options
 * @param {(key: string) => void} options.onChoose
 * @param {(key: string, chosen: boolean) => void} options.onTick  a row is chosen, or not any more
 * @param {(text: string) => void} options.say  to screen readers
 */
export function createTable({ onChoose, onTick, say }) {
  const body = element("tbody");
  const head = element("tr");
  const caption = element("caption", { id: "generations-caption" });
  const table = element(
    "table",
    { "aria-label": "Generations", "aria-describedby": "generations-caption" },
    caption,
    element("thead", {}, head),
    body,
  );
  const more = button("", showMore, { class: "small table-more", hidden: true });
  const node = element("div", { class: "table-box", tabindex: -1 }, table, more);
  /** Copied for each row: that is faster than building it. */
  const pattern = element(
    "tr",
    {},
    element("td", { class: "tick" }, element("label", {}, element("input", { type: "checkbox" }))),
    element(
      "th",
      { scope: "row" },
      element("button", { type: "button" }),
      element("span", { class: "row-star", role: "img", "aria-label": "starred" }, "★"),
    ),
  );
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @type {TableView} */
  let view = {
    entries: [],
    about: "",
    shown: null,
    brushed: null,
    axes: ["session_novelty", "slor_per_word_bits"],
    chain: null,
  };
  let sorting = USUAL_SORTING;
  let most = MANY;

  body.addEventListener("click", ({ target }) => {
    const key = target instanceof HTMLButtonElement ? keyOf(target) : null;
    if (key !== null) onChoose(key);
  });
  body.addEventListener("change", ({ target }) => {
    const key = target instanceof HTMLInputElement ? keyOf(target) : null;
    if (key !== null) onTick(key, /** @type {HTMLInputElement} */ (target).checked);
  });

  /** @param {Element} control */
  function keyOf(control) {
    return control.closest("tr")?.dataset["key"] ?? null;
  }

  /**
   * @param {Entry} entry
   * @returns {Row}
   */
  function createRow({ key, origin }) {
    const row = /** @type {HTMLTableRowElement} */ (pattern.cloneNode(true));
    row.dataset["key"] = key;
    row.dataset["origin"] = origin;
    const [tick, open, star] = [row.querySelector("input"), row.querySelector("button"), row.querySelector("span")];
    if (!tick || !open || !star) throw new Error("the pattern of a row is broken");
    return { node: row, tick, open, star, texts: [] };
  }

  /**
   * Writes what has changed; numbers may come later than the story.
   * @param {Row} row
   * @param {Entry} entry
   * @param {Column[]} columns
   */
  function fill(row, entry, columns) {
    const name = entryName(entry);
    if (row.texts[0] !== name) {
      row.texts[0] = name;
      row.open.textContent = name;
      row.open.setAttribute("aria-label", `Show ${name}`);
      row.tick.setAttribute("aria-label", `Select ${name}`);
    }
    while (row.node.cells.length > columns.length + 2) row.node.deleteCell(-1);
    columns.forEach((column, index) => {
      const text = column.write(entry);
      const cell = row.node.cells[index + 2] ?? row.node.insertCell();
      if (cell.firstChild && row.texts[index + 1] === text) return;
      row.texts[index + 1] = text;
      cell.textContent = text;
    });
    const chosen = view.brushed?.has(entry.key) ?? false;
    row.star.hidden = !entry.starred;
    row.tick.checked = chosen;
    row.node.toggleAttribute("data-chosen", chosen);
    if (entry.key === view.shown) row.node.setAttribute("aria-current", "true");
    else row.node.removeAttribute("aria-current");
  }

  /** @param {Column[]} columns */
  function showHead(columns) {
    const all = [{ key: USUAL_SORTING.key, label: "Story", say: "" }, ...columns];
    // The headings stay where they are, so that the focus does.
    while (head.cells.length > all.length + 1) head.deleteCell(-1);
    if (!head.cells[0])
      head.append(
        element("th", { scope: "col", class: "tick" }, element("span", { class: "visually-hidden" }, "Select")),
      );
    all.forEach(({ key, label, say: title }, index) => {
      let cell = head.cells[index + 1];
      if (!cell) {
        cell = element(
          "th",
          { scope: "col" },
          button("", () => sortBy(index)),
        );
        head.append(cell);
      }
      const control = cell.firstElementChild;
      if (control && control.textContent !== label) control.textContent = label;
      cell.title = title;
      if (key === sorting.key) cell.setAttribute("aria-sort", sorting.direction);
      else cell.removeAttribute("aria-sort");
    });
  }

  /** @param {number} index  of the column, the story's name first */
  function sortBy(index) {
    const column = columnsOf(view.entries, view.axes, view.chain)[index - 1];
    const key = column?.key ?? USUAL_SORTING.key;
    /** @type {Sorting} */
    const other = { key, direction: sorting.direction === "descending" ? "ascending" : "descending" };
    sorting = key === sorting.key ? other : { key, direction: "descending" };
    update();
    node.scrollTop = 0;
    say(`Sorted by ${column?.label ?? "story"}, ${sorting.direction}.`);
  }

  function showMore() {
    most = Infinity;
    update();
    node.focus();
  }

  function update() {
    const columns = columnsOf(view.entries, view.axes, view.chain);
    if (sorting.key !== USUAL_SORTING.key && !columns.some(({ key }) => key === sorting.key)) sorting = USUAL_SORTING;
    showHead(columns);
    const order = sorted(view.entries, columns, sorting).slice(0, most);
    const focused = document.activeElement;
    const passing = new Set(view.entries.map(({ key }) => key));
    const drawn = new Set(order.map(({ key }) => key));
    for (const [key, row] of rows) {
      if (!drawn.has(key)) row.node.remove();
      if (!passing.has(key)) rows.delete(key);
    }
    let next = body.firstElementChild;
    for (const entry of order) {
      const row = rows.get(entry.key) ?? createRow(entry);
      rows.set(entry.key, row);
      fill(row, entry, columns);
      if (next === row.node) next = next.nextElementSibling;
      else body.insertBefore(row.node, next);
    }
    // A row that moves loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement && body.contains(focused))
      focused.focus({ preventScroll: true });
    caption.textContent = order.length === 0 ? "No story passes the filter." : captionOf(order.length, columns);
    more.hidden = order.length === view.entries.length;
    more.textContent = `Show all ${count(view.entries.length)}`;
  }

  /**
   * @param {number} length
   * @param {Column[]} columns
   */
  function captionOf(length, columns) {
    const by =
      sorting.key === USUAL_SORTING.key
        ? sorting.direction === "descending"
          ? "newest first"
          : "oldest first"
        : `by ${columns.find(({ key }) => key === sorting.key)?.label ?? "story"}, ${sorting.direction}`;
    const first = length < view.entries.length ? ` The first ${count(length)} of these.` : "";
    return `${view.about}, ${by}.${first}`;
  }

  return {
    node,
    /** @param {TableView} next */
    show(next) {
      view = next;
      update();
    },
  };
}
