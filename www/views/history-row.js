// One story in the list of the reader's own: its name, star, value, first words, and what deletes it.
import { button, element } from "../parts/dom.js";
import { NOTHING } from "../parts/format.js";
import { entryName } from "../session/state.js";

/**
 * @import { Entry } from "../session/state.js"
 */

const LONGEST_NAME = 80;
/** Characters of the story that stand in its row. */
const FIRST_WORDS = 90;
const VALUES = [1, 2, 3, 4, 5];

const minute = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

/**
 * @typedef {object} RowActions
 * @property {(key: string) => void} onChoose
 * @property {(key: string, change: { name?: string | null, starred?: boolean, rating?: number | null }) => void} onEdit
 * @property {(key: string) => void} onDelete
 */

/**
 * @param {Entry} first
 * @param {RowActions} actions
 */
export function createHistoryRow({ key, number, created, record }, { onChoose, onEdit, onDelete }) {
  let starred = false;
  /** The name as it stands in the store. */
  let known = "";
  const star = button("★", () => onEdit(key, { starred: !starred }), { class: "star" });
  const name = element("input", {
    type: "text",
    class: "history-name",
    maxlength: LONGEST_NAME,
    spellcheck: false,
    autocomplete: "off",
  });
  const words = button(firstWords(record.text), () => onChoose(key), { class: "history-words" });
  const date = created === null ? "" : new Date(created);
  const written = date
    ? element(
        "time",
        { datetime: date.toISOString(), title: `${dayOfYear.format(date)}, ${minute.format(date)}` },
        when(date),
      )
    : element("span");
  const legend = element("legend", { class: "visually-hidden" });
  const radios = [null, ...VALUES].map((value) => {
    const radio = element("input", {
      type: "radio",
      name: `value-${key}`,
      value: value ?? "",
      "aria-label": value ?? "none",
    });
    radio.addEventListener("change", () => onEdit(key, { rating: value }));
    return radio;
  });
  const value = element(
    "fieldset",
    { class: "history-value" },
    legend,
    element("span", { "aria-hidden": "true" }, "Value"),
    ...radios.map((radio) => element("label", {}, radio, radio.value || NOTHING)),
  );
  const remove = button("×", () => onDelete(key), { class: "history-delete" });
  const node = element("li", { class: "history-row" }, star, name, written, words, value, remove);

  name.addEventListener("change", () => {
    const given = name.value.trim();
    // A story called by its number has no name of its own.
    onEdit(key, { name: given === "" || given === `Story ${number}` ? null : given });
  });
  name.addEventListener("keydown", (event) => {
    if (event.key === "Escape") name.value = known;
  });
  name.addEventListener("blur", () => {
    name.value = known;
  });

  return {
    node,
    /** What takes the focus when the row above or below is deleted. */
    remove,
    /**
     * @param {Entry} entry
     * @param {boolean} shown
     */
    show(entry, shown) {
      const label = entryName(entry);
      starred = entry.starred;
      star.setAttribute("aria-pressed", String(starred));
      if (shown) words.setAttribute("aria-current", "true");
      else words.removeAttribute("aria-current");
      node.toggleAttribute("data-shown", shown);
      for (const radio of radios) radio.checked = radio.value === String(entry.rating ?? "");
      if (label === known) return;
      known = label;
      // Whoever is typing goes on typing.
      if (document.activeElement !== name) name.value = label;
      name.setAttribute("aria-label", `Name of ${label}`);
      star.setAttribute("aria-label", `Star ${label}`);
      words.setAttribute("aria-label", `Read ${label}: ${words.textContent}`);
      remove.setAttribute("aria-label", `Delete ${label}`);
      remove.title = `Delete ${label}`;
      legend.textContent = `Value of ${label}`;
    },
  };
}

/**
 * Today the time, else the day.
 * @param {Date} date
 */
function when(date) {
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return minute.format(date);
  return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date);
}

/** @param {string} text */
function firstWords(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= FIRST_WORDS ? line : `${line.slice(0, FIRST_WORDS).replace(/\s\S*$/, "")}…`;
}
