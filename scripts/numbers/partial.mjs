// Rank correlations of two numbers with two others held fixed: what `fabula validate` does with one.
import { random } from "./random.mjs";

const RESAMPLES = 1000;

/** Places in order of size, from 0; equal values share their mean place. */
function ranks(values) {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const places = new Array(values.length);
  for (let start = 0, end; start < order.length; start = end) {
    for (end = start + 1; end < order.length && values[order[end]] === values[order[start]];) end++;
    for (const index of order.slice(start, end)) places[index] = (start + end - 1) / 2;
  }
  return places;
}

function correlation(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const index of xs.keys()) {
    xx += (xs[index] - x) ** 2;
    yy += (ys[index] - y) ** 2;
    xy += (xs[index] - x) * (ys[index] - y);
  }
  return xy / Math.sqrt(xx * yy);
}

const fixing = (xy, xz, yz) => (xy - xz * yz) / Math.sqrt((1 - xz * xz) * (1 - yz * yz));

/** Spearman's correlation of two numbers, two others held fixed (second-order partial correlation of ranks); −1 to 1, NaN if one of them never varies. */
export function partialSpearman(xs, ys, first, second) {
  const [x, y, a, b] = [xs, ys, first, second].map(ranks);
  const [xa, ya, ab] = [correlation(x, a), correlation(y, a), correlation(a, b)];
  return fixing(
    fixing(correlation(x, y), xa, ya),
    fixing(correlation(x, b), xa, ab),
    fixing(correlation(y, b), ya, ab),
  );
}

/** The same with its 95% interval, by resampling the texts (percentile bootstrap, Efron 1979). Throws if there is none. */
export function partialWithInterval(xs, ys, first, second) {
  const value = partialSpearman(xs, ys, first, second);
  if (!Number.isFinite(value))
    throw new Error("no correlation: a number is the same for all texts, or follows from the others");
  const draw = random(1979);
  const values = [];
  while (values.length < RESAMPLES) {
    const chosen = xs.map(() => Math.floor(draw() * xs.length));
    const drawn = partialSpearman(...[xs, ys, first, second].map((list) => chosen.map((index) => list[index])));
    if (Number.isFinite(drawn)) values.push(drawn);
  }
  values.sort((a, b) => a - b);
  const at = (share) => values[Math.round(share * (RESAMPLES - 1))];
  return { value, interval: [at(0.025), at(0.975)] };
}
