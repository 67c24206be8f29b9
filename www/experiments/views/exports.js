// What a reader takes along: rows as CSV or JSON, a report to print, the link.
import { button, element } from "../../parts/dom.js";

const SMALL = { class: "small" };

/**
 * @param {{ onCsv: () => void, onJson: () => void, onPrint: () => void, onLink: () => void }} options
 */
export function createExports({ onCsv, onJson, onPrint, onLink }) {
  const csv = button("Save CSV", onCsv, SMALL);
  const json = button("Save JSON", onJson, SMALL);
  const print = button("Print report", onPrint, SMALL);
  const status = element("p", { class: "hint" });
  const node = element(
    "div",
    { class: "exports" },
    element("div", { class: "export-buttons" }, csv, json, print, button("Copy link", onLink, SMALL)),
    status,
  );
  return {
    node,
    /** @param {string} text */
    say(text) {
      status.textContent = text;
    },
    /** @param {number} written */
    show(written) {
      for (const each of [csv, json, print]) each.disabled = written === 0;
    },
  };
}
