// Tables for people.

/**
 * @param {string[]} heads the first column is text, the others are numbers
 * @param {string[][]} rows
 */
export const table = (heads, rows) =>
  [heads, heads.map((_, column) => (column ? "--:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/**
 * @param {import("./statistics.mjs").Summary | null | undefined} numbers
 * @param {number} digits after the point
 * @param {number} factor 100 for percent
 */
export function cell(numbers, digits = 0, factor = 1) {
  if (!numbers) return "";
  const [median, min, max] = [numbers.median, numbers.min, numbers.max].map((number) =>
    (number * factor).toFixed(digits),
  );
  return numbers.runs.length > 1 ? `${median} (${min} to ${max})` : median;
}
