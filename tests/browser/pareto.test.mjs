// The Pareto front of the map, against its definition. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { paretoFront, steps, worth } from "../../www/views/pareto.js";

/** Numbers that come again at every run, with many ties. */
function* draws(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Math.floor((state / 2 ** 32) * 12);
  }
}

const aims = ["more", "less"].flatMap((better) => [null, 4, 8].map((enough) => ({ better, enough })));

/** What the front is, by its definition: nobody is at least as good in both and better in one. */
const naive = (points, across, up) =>
  points.filter(
    (point) =>
      !points.some((other) => {
        const [x, y] = [worth(other.x, across) - worth(point.x, across), worth(other.y, up) - worth(point.y, up)];
        return x >= 0 && y >= 0 && x + y > 0;
      }),
  );

/** Whether a place is beaten by a point of the front. */
const beaten = ({ x, y }, front, across, up) =>
  front.some((point) => worth(point.x, across) >= worth(x, across) && worth(point.y, up) >= worth(y, up));

test("the front is what nobody beats, for every pair of aims", () => {
  const number = draws(1);
  for (const across of aims)
    for (const up of aims)
      for (let size = 0; size < 40; size += 1) {
        const points = Array.from({ length: size }, () => ({ x: number.next().value, y: number.next().value }));
        const front = paretoFront(points, across, up);
        assert.deepEqual(new Set(front), new Set(naive(points, across, up)), JSON.stringify({ points, across, up }));
        assert.equal(new Set(front).size, front.length, "each once");
      }
});

test("its steps part what it beats from what it does not", () => {
  const number = draws(2);
  const ends = [-1, 12];
  for (const across of aims)
    for (const up of aims)
      for (let size = 1; size < 16; size += 1) {
        const points = Array.from({ length: size }, () => ({ x: number.next().value, y: number.next().value }));
        const front = paretoFront(points, across, up);
        const pieces = steps(front, across, up, ends, ends);
        const told = JSON.stringify({ points, across, up, pieces });
        pieces.forEach(
          ({ x1, y1 }, at) => at > 0 && assert.deepEqual([x1, y1], [pieces[at - 1].x2, pieces[at - 1].y2], told),
        );
        // Between two neighbouring places of a fine grid there is a piece of the line just where one is beaten and the other not.
        for (let x = -0.75; x < 12; x += 0.5)
          for (let y = -0.75; y < 12; y += 0.5) {
            const crossed = (to) =>
              pieces.some(({ x1, y1, x2, y2 }) =>
                x1 === x2
                  ? (x - x1) * (to.x - x1) < 0 && Math.min(y1, y2) < y && y < Math.max(y1, y2)
                  : (y - y1) * (to.y - y1) < 0 && Math.min(x1, x2) < x && x < Math.max(x1, x2),
              );
            for (const to of [
              { x: x + 0.5, y },
              { x, y: y + 0.5 },
            ]) {
              if (to.x > 12 || to.y > 12) continue;
              const here = beaten({ x, y }, front, across, up);
              assert.equal(crossed(to), here !== beaten(to, front, across, up), `${x}, ${y}: ${told}`);
            }
          }
      }
});

test("what is enough counts alike", () => {
  const across = { better: "more", enough: null };
  const up = { better: "more", enough: 5 };
  const [safe, fresh, odd] = [
    { x: 0.1, y: 9 },
    { x: 0.4, y: 6 },
    { x: 0.8, y: 2 },
  ];
  assert.deepEqual(paretoFront([safe, odd, fresh], across, up), [fresh, odd]);
  assert.deepEqual(steps([fresh, odd], across, up, [0, 1], [0, 10]), [
    { x1: 0.4, y1: 10, x2: 0.4, y2: 2 },
    { x1: 0.4, y1: 2, x2: 0.8, y2: 2 },
    { x1: 0.8, y1: 2, x2: 0.8, y2: 0 },
  ]);
});
