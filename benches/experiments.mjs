// How long the default sweep of the experiments page takes: from the click on Run to the last of its 280 stories, with the model already
// cached. Run by `make bench`; writes its part of benches/results/DATE-MACHINE.json and .md.
//   --quick: one short sweep, which is no result      --json: prints the numbers, too
import { fillForm, open } from "../tests/browser/experiments.mjs";
import { openLibrary, press, until } from "../tests/browser/reader.mjs";
import { launch, startServer } from "../tests/browser/support.mjs";
import { load } from "./lib/machine.mjs";
import { record } from "./lib/record.mjs";
import { summary } from "./lib/statistics.mjs";

const quick = process.argv.includes("--quick");
const RUNS = quick ? 1 : 3;

const server = await startServer();
const browser = await launch();

/** Seconds of one sweep; `library`: whether novelty is looked up meanwhile. */
async function sweep(library) {
  const page = await open({ after: () => {} }, { browser, server });
  if (library) await openLibrary(page);
  if (quick) await fillForm(page, { seeds: 1 });
  await page.evaluate(() => {
    globalThis.times = [];
    const { push } = globalThis.said;
    globalThis.said.push = (message) => {
      if (message.type === "row") globalThis.times.push(performance.now());
      return push.call(globalThis.said, message);
    };
    document
      .querySelector(".run-panel .primary")
      .addEventListener("click", () => (globalThis.begun = performance.now()), { once: true });
  });
  const before = load();
  await press(page, "Run");
  for (let minute = 0; minute < 10; minute += 1) {
    // A machine that is busy with other work may take longer than a test waits.
    await until(page, "the last story", () => /^All /.test(document.getElementById("run-status").textContent)).catch(
      (error) => minute === 9 && Promise.reject(error),
    );
  }
  const found = await page.evaluate(() => {
    const rows = globalThis.said.filter((message) => message.type === "row");
    return {
      seconds: (globalThis.times.at(-1) - globalThis.begun) / 1000,
      stories: rows.length,
      tokens: rows.reduce((sum, { row }) => sum + row.tokens, 0),
      workers: globalThis.said.filter((message) => message.type === "ready").length,
    };
  });
  await page.browserContext().close();
  return { ...found, load: before };
}

const result = { browser: await browser.version(), sweeps: {} };
for (const [name, library] of [
  ["without the library", false],
  ["novelty looked up meanwhile", true],
]) {
  const runs = [];
  while (runs.length < RUNS) runs.push(await sweep(library));
  const of = (kind) => summary(runs.map((run) => run[kind]));
  const [{ stories, tokens, workers }] = runs;
  result.sweeps[name] = { stories, tokens, workers, seconds: of("seconds"), load: of("load") };
}
await browser.close();
await server.close();
record("experiments", result, quick);
if (process.argv.includes("--json")) console.log(JSON.stringify(result, null, 2));
