// Numbers and texts as the page shows them: real minus signs, an en dash for "nothing to show", one way to write each unit.

/** What stands where there is no number. */
export const NOTHING = "–";

/** A mean of fewer values has no interval: see `Estimate` in src/statistics/estimates.rs. */
export const FEWEST_OF_INTERVAL = 6;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A number with a fixed count of decimals and a real minus sign.
 * @param {number | null} value
 * @param {number} decimals
 */
export function decimal(value, decimals) {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/**
 * A share between 0 and 1 as a percentage.
 * @param {number | null} value
 */
export function percent(value) {
  return value === null || !Number.isFinite(value) ? NOTHING : `${decimal(Math.round(value * 100), 0)}%`;
}

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
