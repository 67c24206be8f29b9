// The one writer of tables for other programs: RFC 4180, in UTF-8 with a byte-order mark, from which spreadsheets know the encoding.

/** @typedef {string | number | boolean | null | undefined} Cell */

const MARK = "\uFEFF";

/**
 * What a spreadsheet would run as a formula: text that begins with one of these, also in the full width of East Asian keyboards, or after
 * spaces that it skips. Prompts come from strangers' links.
 */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/;

/**
 * Things as comma-separated values, a row each under a head. Text that a spreadsheet would run gets an apostrophe before it, which makes it
 * text there; the rest is not altered, and numbers stay numbers.
 * @template Thing
 * @param {[string, (thing: Thing) => Cell][]} columns
 * @param {Thing[]} things
 */
export function csvOf(columns, things) {
  const rows = [columns.map(([name]) => name), ...things.map((thing) => columns.map(([, value]) => value(thing)))];
  return csvFile(rows.map((row) => `${row.map(cell).join(",")}\r\n`).join(""));
}

/**
 * A file of rows that are written already and hold nothing that a spreadsheet would run.
 * @param {string} rows
 */
export const csvFile = (rows) => MARK + rows;

/** @param {Cell} value */
function cell(value) {
  if (typeof value !== "string") return String(value ?? "");
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
