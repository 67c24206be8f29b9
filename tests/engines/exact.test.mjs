// Every engine computes the same bits: token ids, logits and measurements of the golden stories, with every module and
// kernel that the page may choose there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inWholeSet, isWhole } from "../browser/sets.mjs";
import { PKG, ROOT, startServer } from "../browser/support.mjs";
import { PLAIN, RELAXED, decode } from "./decode.mjs";
import { BROWSERS, asked, open, until } from "./engines.mjs";

const golden = JSON.parse(readFileSync(path.join(ROOT, "tests/golden.json"), "utf8"));
const { default: standard, models } = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const { file, tokenizer, reference, adapters } = models.find(({ name }) => name === standard);

/** As the page would have it: the best kernel of a module, not named. */
const asOnThePage = [
  { title: "relaxed SIMD", best: "relaxed SIMD", module: RELAXED },
  { title: "SIMD128", best: "SIMD128", module: PLAIN },
];
/** Kernels that are chosen by name; in one browser, for they are the same instructions everywhere. */
const byName = [
  { title: "SIMD128 in the relaxed module", kernel: "SIMD128", module: RELAXED },
  // It is slow: only the short stories, of which one has a long prompt.
  { title: "portable", kernel: "portable", module: PLAIN, longest: 64 },
];

const checked = new Map();
const unchecked = [];
/** Begun, and not known to be exact. */
const failed = new Set();

let server;
before(async () => {
  for (const module of [PLAIN, RELAXED]) {
    assert.ok(existsSync(path.resolve(ROOT, PKG, `${module}_bg.wasm`)), `No ${module} in ${PKG}: run make build`);
  }
  server = await startServer();
});
after(async () => {
  await server?.close();
  const list = [...checked].map(([engine, variants]) => `${engine} (${variants.join(", ")})`).join("; ");
  const others = Object.entries({ FAILED: [...failed], "NOT checked": unchecked }).filter(([, all]) => all.length > 0);
  console.error(
    [`Exact to the bit: ${list || "nothing"}.`, ...others.map(([word, all]) => `${word}: ${all.join("; ")}.`)].join(
      " ",
    ),
  );
});

/** Starts the worker on the open page; the test asks for `decoded` until it is there. */
function startDecoding(work) {
  const worker = new Worker("decode.mjs", { type: "module" });
  globalThis.decoded = null;
  worker.addEventListener("message", ({ data }) => (globalThis.decoded = data));
  worker.addEventListener(
    "error",
    ({ message }) => (globalThis.decoded = { error: message || "the worker did not load" }),
  );
  worker.postMessage(work);
}

async function decodeIn(browser, work) {
  await browser.visit(`${server.url}tests/engines/decode.html`);
  const base = server.url;
  await browser.evaluate(startDecoding, { ...work, ...addresses(base, `${base}pkg/`) });
  return until(browser, "the stories", 240, () => globalThis.decoded);
}

const addresses = (base, build) => ({
  build,
  model: `${base}models/${file}`,
  tokenizer: `${base}models/${tokenizer}`,
  reference: `${base}models/${reference.file}`,
  adapters: adapters.map(({ name, config, file: weights }) => ({
    name,
    config: `${base}models/${config.file}`,
    weights: `${base}models/${weights}`,
  })),
});
const inNode = (work) =>
  decode({ ...work, ...addresses(pathToFileURL(`${ROOT}/`).href, pathToFileURL(`${path.resolve(ROOT, PKG)}/`).href) });

/**
 * @param {string} engine with its version
 * @param {(work: object) => Promise<any>} write
 */
async function check(t, engine, { title, module, kernel, best, longest = Infinity }, write) {
  const cases = golden.filter(({ settings }) => settings.length <= longest);
  const who = `${engine}, ${title}`;
  failed.add(who);
  const began = performance.now();
  const decoded = await write({ variant: { module, kernel }, settings: cases.map(({ settings }) => settings) });
  assert.equal(decoded.error, undefined, who);
  if (decoded.refused) {
    assert.equal(module, RELAXED, `${who}: the plain module must run everywhere`);
    failed.delete(who);
    unchecked.push(`${who}: the engine does not know these instructions`);
    return t.skip(`${engine} does not know these instructions: the page takes the plain module there`);
  }
  t.diagnostic(`${engine}: ${cases.length} stories in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  assert.equal(decoded.kernel, kernel ?? best, `${who}: another kernel computed`);
  const differences = cases.flatMap((one, index) =>
    ["digest", "logits", "measurements"].flatMap((part) => {
      const found = decoded.stories[index][part];
      const { prompt, seed } = one.settings;
      return found === one[part]
        ? []
        : [`${who}, “${prompt.slice(0, 40)}” with seed ${seed}: ${part} ${found}, not ${one[part]}`];
    }),
  );
  if (differences.length > 0) assert.fail(differences.join("\n"));
  failed.delete(who);
  checked.set(engine, [...(checked.get(engine) ?? []), title]);
}

test("Node", async (t) => {
  if (!asked("node")) {
    unchecked.push("Node was not asked for");
    return t.skip("Node was not asked for: exactness NOT checked there");
  }
  const engine = `Node ${process.versions.node}`;
  for (const variant of asOnThePage) await t.test(variant.title, (t) => check(t, engine, variant, inNode));
});

for (const [name, { title }] of Object.entries(BROWSERS)) {
  test(title, { skip: name !== "chromium" && inWholeSet }, async (t) => {
    const { browser, missing } = await open(t, name);
    if (!browser) {
      unchecked.push(missing);
      return t.skip(`${missing}: exactness NOT checked there`);
    }
    const engine = `${title} ${browser.version}`;
    t.diagnostic(engine);
    for (const variant of name === "chromium" && isWhole ? [...asOnThePage, ...byName] : asOnThePage) {
      await t.test(variant.title, (t) => check(t, engine, variant, (work) => decodeIn(browser, work)));
    }
  });
}
