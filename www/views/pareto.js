// The Pareto front of a scatter plot: the points that no other point beats in both of its numbers.

/**
 * Which way is better along an axis. From `enough` on, nothing is gained by more (or, where less is better, by less).
 * @typedef {{ better: "more" | "less", enough: number | null }} Aim
 */

/** A straight piece of the line, in the numbers of the axes. @typedef {{ x1: number, y1: number, x2: number, y2: number }} Piece */

/**
 * How good a value is: larger is better, and what is enough counts alike.
 * @param {number} value
 * @param {Aim} aim
 */
export function worth(value, { better, enough }) {
  const sign = better === "more" ? 1 : -1;
  return enough === null ? sign * value : Math.min(sign * value, sign * enough);
}

/**
 * The points that no other beats: none is at least as good in both and better in one. From the worst across to the best.
 * @template {{ x: number, y: number }} Point
 * @param {Point[]} points
 * @param {Aim} across
 * @param {Aim} up
 * @returns {Point[]}
 */
export function paretoFront(points, across, up) {
  const ranked = points
    .map((point) => ({ point, x: worth(point.x, across), y: worth(point.y, up) }))
    .sort((one, other) => other.x - one.x || other.y - one.y);
  /** @type {typeof ranked} */
  const front = [];
  for (const candidate of ranked) {
    const last = front.at(-1);
    // Whoever follows is no better across, so it must be better up, or the same in both.
    if (!last || candidate.y > last.y || (candidate.y === last.y && candidate.x === last.x)) front.push(candidate);
  }
  return front.reverse().map(({ point }) => point);
}

/**
 * The line that parts what the front beats from what it does not, as steps. Where a point of the front has enough, more
 * would not help, so the line runs on to the end of the axis.
 * @param {{ x: number, y: number }[]} front  as `paretoFront` gives it
 * @param {Aim} across
 * @param {Aim} up
 * @param {[number, number]} xEnds  of the axis
 * @param {[number, number]} yEnds
 * @returns {Piece[]}
 */
export function steps(front, across, up, xEnds, yEnds) {
  /** @type {(value: number, aim: Aim) => boolean} */
  const full = (value, aim) => aim.enough !== null && worth(value, aim) === worth(aim.enough, aim);
  const [first, last] = [front[0], front.at(-1)];
  if (!first || !last || (full(first.y, up) && full(first.x, across))) return [];
  const [xWorst, xBest] = across.better === "more" ? xEnds : [xEnds[1], xEnds[0]];
  const [yWorst, yBest] = up.better === "more" ? yEnds : [yEnds[1], yEnds[0]];
  /** @type {Piece[]} */
  const pieces = [];
  let [x, y] = full(first.y, up) ? [first.x, yBest] : [xWorst, first.y];
  /** @type {(x2: number, y2: number) => void} */
  const go = (x2, y2) => {
    if (x !== x2 || y !== y2) pieces.push({ x1: x, y1: y, x2, y2 });
    [x, y] = [x2, y2];
  };
  front.forEach((point, index) => {
    const before = front[index - 1];
    // One that is as good as the one before changes nothing.
    if (before && worth(before.x, across) === worth(point.x, across)) return;
    if (before) go(x, point.y);
    if (!full(point.x, across)) go(point.x, y);
  });
  if (full(last.x, across)) go(xBest, y);
  else go(x, yWorst);
  return pieces;
}
