// "My stories": the reader's own, newest first, with what the reader says of them, and the way out of and into the page.
import { createConfirm } from "../parts/confirm.js";
import { button, element } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { createHistoryRow } from "./history-row.js";

/**
 * @import { Entry, Keeping } from "../session/state.js"
 * @import { RowActions } from "./history-row.js"
 */

/** Rows at first, and with each press for more. */
const ROWS = 50;

/**
 * Fills the region "My stories".
 * @param {RowActions & { root: HTMLElement, earlier: number, onDeleteAll: () => void, onExportJson: () => void, onExportCsv: () => void, onImport: (file: File) => void }} options
 *   `earlier`: how many earlier stories a new one is compared with
 */
export function createHistory({ root, earlier, onDeleteAll, onExportJson, onExportCsv, onImport, ...actions }) {
  const heading = element("h3", { id: "history-heading", class: "visually-hidden", tabindex: -1 }, "My stories");
  const total = element("small");
  const starredOnly = element("input", { type: "checkbox" });
  const exportJson = button("Export JSON", onExportJson, { class: "small" });
  const exportCsv = button("Export CSV", onExportCsv, { class: "small" });
  const file = element("input", {
    type: "file",
    class: "visually-hidden",
    id: "history-import",
    accept: ".json,application/json",
  });
  const deleteAll = button("Delete all…", () => dialog.showModal(), { class: "small" });
  const list = element("ol", { class: "history-list", "aria-labelledby": "history-heading" });
  const empty = element("p", { class: "hint" });
  const more = button("Show older ones", showMore, { class: "small", hidden: true });
  const state = element("p", { class: "hint history-state" });

  const { dialog, question } = createConfirm({
    id: "delete-all",
    text: "There is no way back but from an export.",
    yes: "Delete all",
    onYes() {
      onDeleteAll();
      heading.focus({ preventScroll: true });
    },
  });
  root.append(
    element(
      "div",
      { class: "history-head" },
      heading,
      total,
      element("label", { class: "check" }, starredOnly, "Starred only"),
    ),
    element("div", { class: "history-box" }, empty, list, more),
    element(
      "div",
      { class: "history-tools" },
      exportJson,
      exportCsv,
      element("div", { class: "history-import" }, file, element("label", { for: "history-import" }, "Import JSON")),
      deleteAll,
    ),
    state,
  );

  /** @type {Map<string, ReturnType<typeof createHistoryRow>>} */
  const rows = new Map();
  /** @type {{ entries: Entry[], shown: string | null }} */
  let now = { entries: [], shown: null };
  let limit = ROWS;

  starredOnly.addEventListener("change", draw);
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) onImport(chosen);
    // The same file may be chosen once more.
    file.value = "";
  });

  function showMore() {
    const first = list.children.length;
    limit += ROWS;
    draw();
    // The button may be gone; the focus goes on where the new rows begin.
    const next = list.children[first]?.querySelector("button");
    next?.focus();
  }

  function draw() {
    const own = now.entries.filter((entry) => entry.origin === "own").reverse();
    const chosen = own.filter((entry) => entry.starred || !starredOnly.checked);
    const visible = chosen.slice(0, limit);
    const keys = new Set(visible.map((entry) => entry.key));
    const focus = focusAfter(keys);
    for (const [key, row] of rows) {
      if (keys.has(key)) continue;
      row.node.remove();
      rows.delete(key);
    }
    for (const [place, entry] of visible.entries()) {
      const row = rows.get(entry.key) ?? createHistoryRow(entry, actions);
      rows.set(entry.key, row);
      row.show(entry, entry.key === now.shown);
      if (list.children[place] !== row.node) list.insertBefore(row.node, list.children[place] ?? null);
    }
    focus?.();
    list.hidden = visible.length === 0;
    more.hidden = visible.length === chosen.length;
    empty.hidden = visible.length > 0;
    empty.textContent =
      own.length === 0
        ? "What you generate stands here, and is still here after a reload."
        : "None of your stories has a star.";
    total.textContent =
      own.length === 0
        ? ""
        : starredOnly.checked
          ? `${count(chosen.length)} of ${count(own.length)}`
          : count(own.length);
    question.textContent = own.length === 1 ? "Delete your story?" : `Delete all ${count(own.length)} of your stories?`;
    for (const control of [exportJson, exportCsv, deleteAll]) control.disabled = own.length === 0;
  }

  /**
   * Where the focus goes when the row that has it leaves the list: to the row that takes its place.
   * @param {Set<string>} staying
   */
  function focusAfter(staying) {
    const all = [...rows.entries()];
    const [key, row] = all.find(([, one]) => one.node.contains(document.activeElement)) ?? [];
    if (key === undefined || staying.has(key) || !row) return null;
    const nodes = [...list.children];
    const after = nodes.slice(nodes.indexOf(row.node) + 1).concat(nodes.slice(0, nodes.indexOf(row.node)).reverse());
    const next = after.find((node) => all.some(([other, one]) => one.node === node && staying.has(other)));
    const target = all.find(([, one]) => one.node === next)?.[1].remove ?? heading;
    return () => target.focus({ preventScroll: target === heading });
  }

  return {
    /** @param {{ entries: Entry[], shown: string | null }} state */
    show({ entries, shown }) {
      now = { entries, shown };
      draw();
    },

    /**
     * Brings the keyboard to a story that has come back.
     * @param {string} key
     */
    reach(key) {
      rows.get(key)?.remove.focus();
    },

    /** @param {Keeping} keeping */
    showKeeping(keeping) {
      const compared = `Each new story is compared with the latest ${earlier} for its session novelty.`;
      if (keeping.phase === "lost")
        state.textContent = `Not kept: ${keeping.why} Export the stories that you want to have again.`;
      else if (keeping.phase === "opening") state.textContent = "Looking for stories of earlier visits…";
      else
        state.textContent = `Kept in this browser, on this device. ${keeping.unread > 0 ? `${count(keeping.unread)} kept by another version of this page cannot be read. ` : ""}${compared}`;
      state.toggleAttribute("data-lost", keeping.phase === "lost");
    },
  };
}
