// The human range that docs/methods.md describes: from the 10th to the 90th percentile of human passages of one length.
import { readFileSync } from "node:fs";

const { lengths, quantiles } = JSON.parse(
  readFileSync(new URL("../../models/fable-9m/reference.json", import.meta.url), "utf8"),
);
const LOWER = 0.1;

/** The value that `share` of the passages lie below: between two of the stored quantiles where it falls there. */
function quantile(row, share) {
  const place = share * (row.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, row.length - 1);
  return row[below] + (row[above] - row[below]) * (place - below);
}

/** Both ends of the human range of a number for texts of `tokens` tokens, as the engine interpolates between lengths. */
export function humanRange(name, tokens) {
  const rows = quantiles[name];
  if (!rows) throw new Error(`reference.json has no ${name}`);
  const above = lengths.findIndex((length) => length >= tokens);
  const [from, to] = above < 0 ? [lengths.length - 1, lengths.length - 1] : [Math.max(above - 1, 0), above];
  const weight = from === to ? 0 : Math.log2(tokens / lengths[from]) / Math.log2(lengths[to] / lengths[from]);
  return [LOWER, 1 - LOWER].map(
    (share) => quantile(rows[from], share) * (1 - weight) + quantile(rows[to], share) * weight,
  );
}
