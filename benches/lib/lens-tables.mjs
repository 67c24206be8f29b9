// The part of a record about what the lens costs, for people.
import { cell, table } from "./markdown.mjs";

export function lensTables({ browser, settings, load, rows }) {
  return `## The lens

${browser}, headless, drawing without a graphics card; load of the machine before: ${load.toFixed(2)}. The same engine twice in one page: in a loop of a worker that does
nothing else, and as the page's own, while it streams a coloured story of ${settings.length} tokens. Ratios are within a round.

${table(
  ["", "tokens/s", "of the model alone", "of the page, nothing of it shown"],
  Object.entries(rows).map(([name, row]) => [
    name,
    cell(row.tokens_per_second),
    cell(row.to_bare, 2),
    cell(row.to_hidden, 2),
  ]),
)}
`;
}
