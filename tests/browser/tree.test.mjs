// Branches of imported files: long chains and circles, which no page writes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { createBranching } from "../../www/session/branching.js";
import { createTree } from "../../www/views/tree.js";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
globalThis.document = document;

const model = { name: "m", hash8: "01234567" };
const record = {
  model: "m@01234567",
  engine_revision: 2,
  settings: { prompt: "Once", temperature: 1, top_p: 1, seed: 1, length: 64 },
  token_ids: Array.from({ length: 9 }, () => 7),
  token_texts: Array.from({ length: 9 }, () => " a"),
  numbers: {},
  percentiles: {},
};
const entry = (key, parent) => ({
  key,
  number: 1,
  name: key,
  origin: "own",
  record,
  parent: parent === null ? null : { key: parent, position: 3 },
});
const chain = (length) => Array.from({ length }, (_, at) => entry(`k${at}`, at === 0 ? null : `k${at - 1}`));

/** What the tree shows: a line for each story, with how deep it stands. */
function drawn(entries) {
  const root = document.createElement("section");
  createTree({ root, onChoose: () => undefined }).show({ entries, shown: null });
  return [...root.querySelectorAll("button")].map((button) => {
    let depth = 0;
    for (let node = button; node !== root; node = node.parentNode) depth += node.nodeName === "UL" ? 1 : 0;
    return `${depth} ${button.querySelector("b").textContent}`;
  });
}

test("siblings and their branches stand in their order", () => {
  const entries = [
    entry("a", null),
    entry("b", "a"),
    entry("c", "a"),
    entry("d", "b"),
    entry("alone", null),
    entry("orphan", "gone"),
  ];
  assert.deepEqual(drawn(entries), ["1 a", "2 b", "3 d", "2 c"]);
});

test("a chain of ten thousand branches is drawn", () => {
  const lines = drawn(chain(10_000));
  assert.equal(lines.length, 10_000);
  assert.deepEqual([lines[0], lines[11], lines[12], lines.at(-1)], ["1 k0", "12 k11", "12 k12", "12 k9999"]);
});

test("a circle is broken: each of its stories is drawn once", () => {
  const circle = [entry("a", "c"), entry("b", "a"), entry("c", "b")];
  assert.deepEqual(drawn(circle), ["1 b", "2 c", "3 a"]);
  assert.deepEqual(
    drawn([entry("tail", "a"), ...circle])
      .map((line) => line.slice(2))
      .sort(),
    ["a", "b", "c", "tail"],
  );
  assert.deepEqual(drawn([entry("own", "own")]), []);
  assert.deepEqual(drawn([entry("own", "own"), entry("b", "own")]), ["1 own", "2 b"]);
});

/** Under which story a branch of the last entry hangs. */
function stemOf(entries, position) {
  let asked = null;
  const state = {
    entries,
    engine: { phase: "ready", model },
    chain: [],
    revision: 2,
    limits: { length: [1, 512] },
    adapters: { offered: [], own: [] },
  };
  const { branch } = createBranching({
    store: { get: () => state },
    writing: { request: (queued) => void (asked = queued) },
    writeSettings: () => undefined,
    onRefused: (why) => assert.fail(why),
  });
  assert.ok(branch({ key: entries.at(-1).key, position, tokens: [5] }));
  return asked.parent.key;
}

test("a branch finds its stem up a chain of ten thousand, and in a circle", () => {
  assert.equal(stemOf(chain(10_000), 2), "k0");
  assert.equal(stemOf(chain(10_000), 4), "k9999");
  assert.match(stemOf([entry("a", "b"), entry("b", "a")], 2), /^[ab]$/);
});
