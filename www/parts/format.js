// Numbers and texts as the page shows them: real minus signs, an en dash for "nothing to show", one way to write each unit.

/**
 * @import { Written } from "../protocol.js"
 */

/** What stands where there is no number. */
export const NOTHING = "–";

/** A mean of fewer values has no interval: see `Estimate` in src/statistics/estimates.rs. */
export const FEWEST_OF_INTERVAL = 6;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A number with a fixed count of decimals, halves rounded away from zero, and a real minus sign. Zero has no sign. src/metrics/written.rs
 * follows the same rules as this and the functions below; tests/written.json holds both to them.
 * @param {number | null} value
 * @param {number} decimals
 */
export function decimal(value, decimals) {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  const scale = 10 ** decimals;
  const size = Math.round(Math.abs(value) * scale) / scale;
  return `${value < 0 && size > 0 ? "−" : ""}${size.toFixed(decimals)}`;
}

/**
 * A share of 1 as a whole percentage. What is less than 1 is written as 99% at most.
 * @param {number | null} share
 */
export function percent(share) {
  return share === null || !Number.isFinite(share) ? NOTHING : `${decimal(percentage(share), 0)}%`;
}

/** @param {number} share */
const percentage = (share) => (share < 1 ? Math.min(99, share * 100) : share * 100);

/**
 * A value as its metric is written.
 * @param {number | null} value
 * @param {Written} written
 */
export function write(value, written) {
  return written === "percent" ? percent(value) : decimal(value, written.decimals);
}

/**
 * How much more one value is than another, as it is written: of shares in percentage points.
 * @param {number | null} from
 * @param {number | null} to
 * @param {Written} written
 */
export function difference(from, to, written) {
  if (from === null || to === null) return NOTHING;
  const [decimals, scale] = written === "percent" ? [0, 100] : [written.decimals, 1];
  // Between the numbers that are shown, so that a reader who subtracts them finds the same.
  const [before, after] = [from, to].map((value) =>
    Number(decimal(scale === 100 ? percentage(value) : value, decimals).replace("−", "-")),
  );
  const text = decimal((after ?? 0) - (before ?? 0), decimals);
  if (/^[0.]*$/.test(text)) return "0";
  return text.startsWith("−") ? text : `+${text}`;
}

/**
 * A number of any size with about three digits.
 * @param {number | null} value
 */
export function short(value) {
  const size = Math.abs(value ?? 0);
  return decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/**
 * The same with its sign, which zero has not.
 * @param {number} value
 */
export function signed(value) {
  const text = short(value);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/**
 * A p value. src/statistics/estimates.rs follows the same rule; tests/written.json tests both.
 * @param {number} p
 */
export const pValue = (p) => (p < 0.001 ? "< 0.001" : decimal(p, 3));

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * A probability with the decimals that it needs: small ones tell more by theirs.
 * @param {number | null} value
 */
export function chance(value) {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  if (value === 0) return "0%";
  if (value < 0.0001) return "<0.01%";
  return `${(value * 100).toFixed(value < 0.00995 ? 2 : value < 0.0995 ? 1 : 0)}%`;
}

/**
 * A count with thousands separators.
 * @param {number | null} value
 */
export function count(value) {
  return value === null || !Number.isFinite(value) ? NOTHING : whole.format(value);
}

/**
 * Bytes as megabytes (a million bytes), the unit of the progress bar.
 * @param {number} bytes
 */
export function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

/**
 * Seconds, with more decimals the shorter they are.
 * @param {number} seconds
 */
export function duration(seconds) {
  return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
}

/**
 * A token's text so that it can be read alone: quoted, with line breaks and spaces named.
 * @param {string} text
 */
export function tokenName(text) {
  if (text === "") return "end of the story";
  if (/^\uFFFD+$/.test(text)) return "part of a character";
  if (text.trim() !== "") return `“${text.trim()}”`;
  return text.includes("\n") ? "line break" : "space";
}

/**
 * A token's text with its spaces and line breaks in sight.
 * @param {string} text
 */
export function visibleToken(text) {
  return text.replace(/ /g, "␣").replace(/\r?\n/g, "↵").replace(/\t/g, "⇥");
}

/**
 * A surprisal as odds: 3 bits are 1 in 8.
 * @param {number} bits
 */
export function odds(bits) {
  const inverse = 2 ** bits;
  if (inverse < 1.1) return "all but certain";
  if (inverse < 10) return `1 in ${decimal(inverse, 1).replace(/\.0$/, "")}`;
  if (inverse < 1e6) return `1 in ${count(Number(inverse.toPrecision(2)))}`;
  return inverse < 1e9 ? `1 in ${count(inverse / 1e6)} million` : "less than 1 in a billion";
}
