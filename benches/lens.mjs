// What the lens costs: tokens per second of the page, which colours each token and keeps its numbers for the reader, beside the same page
// with nothing of it drawn, and beside a bare loop of the same engine over the same tokens in another worker of the page. Run by `make bench`;
// writes its part of benches/results/DATE-MACHINE.json and .md.      --quick: one round, which is no result
import { said } from "../tests/browser/reader.mjs";
import { launch, startServer, visit } from "../tests/browser/support.mjs";
import { choose, colourBy, control } from "./lib/controls.mjs";
import { load } from "./lib/machine.mjs";
import { record } from "./lib/record.mjs";
import { eachRound, summary } from "./lib/statistics.mjs";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 1 : 9;
const COLOURINGS = ["Surprisal", "Entropy", "Excess surprise", "Rank", "Where it comes from"];
// So hot that the model does not end the story itself.
const SETTINGS = { prompt: "Once", temperature: 2, top_p: 1, length: 256 };
const BARE = "the model alone";
const DRAWN = "a token drawn after each, and its surprisal, entropy and rank";
const HIDDEN = "the page, nothing of it shown";

const server = await startServer();
const browser = await launch();
const page = await visit({ after: () => {} }, { browser, server });
await said(page, "ready");

/** The engine without the page, in a worker beside the page's own. */
await page.evaluate(async () => {
  const manifest = await (await fetch("models/index.json")).json();
  const { file } = manifest.models.find((model) => model.name === manifest.default);
  const { engineModule } = await import(new URL("www/parts/features.js", document.baseURI).href);
  const at = (name) => new URL(name, document.baseURI).href;
  const worker = new Worker(at("benches/workers/fabula.mjs"), { type: "module" });
  globalThis.ask = (task, details) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.answer));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage({ task, details });
    });
  const glue = new URL(engineModule(null), at("www/worker.js")).href;
  await globalThis.ask("load", { glue, module: glue.replace(/\.js$/, "_bg.wasm"), model: at(`models/${file}`) });
});

/** One story in the page; nothing if it ended early, which would measure something shorter. */
async function story(seed) {
  const before = await page.evaluate(() => globalThis.said.filter((message) => message.type === "done").length);
  await choose(page, { ...SETTINGS, seed });
  await control(page, "generate");
  const done = await said(page, "done", before + 1);
  // The second reading of the story would go on beside what is timed next.
  await said(page, "measured", before + 1);
  return done.token_ids.length === SETTINGS.length ? done : null;
}

/** Tokens per second of the bare loop over a story's tokens; the last of them is fed by neither. */
const bare = async (tokens, drawn) =>
  (tokens.length * 1000) /
  (await page.evaluate((details) => globalThis.ask("silent", details), {
    ...SETTINGS,
    prompt: [0],
    tokens: tokens.slice(0, -1),
    drawn,
  }));

const rates = { [BARE]: [], [DRAWN]: [], [HIDDEN]: [], ...Object.fromEntries(COLOURINGS.map((name) => [name, []])) };
const before = load();
for (let round = -1, seed = 1; round < ROUNDS; round += 1) {
  let tokens = null;
  const found = {};
  for (const name of [HIDDEN, ...COLOURINGS]) {
    await page.evaluate((hidden) => (document.body.hidden = hidden), name === HIDDEN);
    if (name !== HIDDEN) await colourBy(page, name);
    let done = null;
    while (!done) done = await story((seed += 1));
    found[name] = done.tokens_per_second;
    tokens = done.token_ids;
  }
  found[BARE] = await bare(tokens, false);
  found[DRAWN] = await bare(tokens, true);
  // The first round warms up: compilers, memory, caches.
  if (round >= 0) for (const [name, rate] of Object.entries(found)) rates[name].push(rate);
}

const rows = Object.fromEntries(
  Object.entries(rates).map(([name, runs]) => {
    const row = summary(runs);
    const beside = (other) => eachRound([row, summary(rates[other])], (rate, base) => rate / base);
    return [
      name,
      { tokens_per_second: row, to_bare: beside(BARE), to_hidden: COLOURINGS.includes(name) ? beside(HIDDEN) : null },
    ];
  }),
);
const result = { browser: await browser.version(), settings: SETTINGS, load: before, rows };
await browser.close();
await server.close();
record("lens", result, quick);
if (process.argv.includes("--json")) console.log(JSON.stringify(result, null, 2));
