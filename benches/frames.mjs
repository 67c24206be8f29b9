// How smooth the page is: frames while a story of 512 tokens streams, under each colouring, and while a slider moves the
// next-token chart. Run by `make bench`; writes its part of benches/results/DATE-MACHINE.json and .md.
//   --quick: one run, which is no result      --json: prints the numbers, too
import { said, settle } from "../tests/browser/reader.mjs";
import { launch, startServer, visit } from "../tests/browser/support.mjs";
import { choose, colourBy, control } from "./lib/controls.mjs";
import { record } from "./lib/record.mjs";
import { summary } from "./lib/statistics.mjs";

const quick = process.argv.includes("--quick");
const RUNS = quick ? 1 : 5;
const COLOURINGS = ["Surprisal", "Entropy", "Excess surprise", "Rank", "Where it comes from"];
// So hot that the model does not end the story itself.
const SETTINGS = { prompt: "Once", temperature: 2, top_p: 1, length: 512 };
const MOVES = 120;

/** Notes every frame from now on, until told to stop. */
const watchFrames = (page) =>
  page.evaluate(() => {
    const frames = [];
    globalThis.frames = frames;
    globalThis.watching = true;
    const note = (time) => {
      frames.push(time);
      // Those watched before may not have been told yet to stop.
      if (globalThis.watching && globalThis.frames === frames) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
const framesSeen = (page) =>
  page.evaluate(() => {
    globalThis.watching = false;
    return globalThis.frames;
  });

/** Milliseconds of each kind of work that the page's main thread has done so far. */
async function work(client) {
  const { metrics } = await client.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name).value * 1000;
  return {
    all: of("TaskDuration"),
    script: of("ScriptDuration"),
    style: of("RecalcStyleDuration"),
    layout: of("LayoutDuration"),
  };
}

/** Frames of one story, from the first token to the last. */
async function story(page, client, seed) {
  await choose(page, { ...SETTINGS, seed });
  await page.evaluate(() => {
    globalThis.said.length = 0;
    globalThis.first = globalThis.last = 0;
  });
  await watchFrames(page);
  const before = await work(client);
  await control(page, "generate");
  const done = await said(page, "done");
  const after = await work(client);
  const frames = await framesSeen(page);
  const [first, last] = await page.evaluate(() => [globalThis.first, globalThis.last]);
  const inside = frames.filter((time) => time >= first && time <= last);
  const gaps = inside.slice(1).map((time, index) => time - inside[index]);
  const seconds = (inside.at(-1) - inside[0]) / 1000;
  return {
    tokens: done.token_ids.length,
    seconds,
    fps: gaps.length / seconds,
    longest: Math.max(...gaps),
    busy: (after.all - before.all) / frames.length,
  };
}

/** Moves the temperature by one step per frame, and measures what that costs the page. */
async function slide(page, client) {
  const slider = await page.$("#temperature");
  const asked = await page.evaluate(() => globalThis.said.filter((message) => message.type === "looked").length);
  const before = await work(client);
  const frames = await slider.evaluate(
    (input, moves) =>
      new Promise((resolve) => {
        const times = [];
        const move = (time) => {
          times.push(time);
          if (times.length > moves) return resolve(times);
          input.value = String(0.1 + 1.8 * (0.5 - 0.5 * Math.cos((times.length / moves) * 2 * Math.PI)));
          input.dispatchEvent(new Event("input", { bubbles: true }));
          return requestAnimationFrame(move);
        };
        requestAnimationFrame(move);
      }),
    MOVES,
  );
  const after = await work(client);
  await settle(page);
  const answers = await page.evaluate(
    (earlier) => globalThis.said.filter((message) => message.type === "looked").slice(earlier),
    asked,
  );
  const gaps = frames.slice(1).map((time, index) => time - frames[index]);
  const each = (kind) => (after[kind] - before[kind]) / gaps.length;
  return {
    fps: (gaps.length / (frames.at(-1) - frames[0])) * 1000,
    longest: Math.max(...gaps),
    all: each("all"),
    script: each("script"),
    style: each("style"),
    layout: each("layout"),
    answers: answers.length / gaps.length,
    chain: answers.reduce((sum, { chain_milliseconds: time }) => sum + time, 0) / answers.length,
  };
}

/** The same number of several runs. */
const of = (runs, name) => summary(runs.map((run) => run[name]));

const server = await startServer();
const browser = await launch();
const page = await visit({ after: () => {} }, { browser, server });
const client = await page.createCDPSession();
await client.send("Performance.enable");
await said(page, "ready");
// Only the frames in which tokens come count: the page notes when the first and the last of them did.
await page.evaluate(() => {
  const { push } = globalThis.said;
  globalThis.said.push = (message) => {
    if (message.type === "tokens") {
      globalThis.first ||= performance.now();
      globalThis.last = performance.now();
    }
    return push.call(globalThis.said, message);
  };
});
await story(page, client, 1000);

const streaming = {};
for (const name of COLOURINGS) {
  await colourBy(page, name);
  const runs = [];
  for (let seed = 1; runs.length < RUNS && seed < 50; seed += 1) {
    const run = await story(page, client, seed);
    // A story that ends early measures something shorter.
    if (run.tokens > SETTINGS.length * 0.9) runs.push(run);
  }
  streaming[name] = {
    tokens_per_second: summary(runs.map(({ tokens, seconds }) => tokens / seconds)),
    fps: of(runs, "fps"),
    longest_ms: of(runs, "longest"),
    busy_ms: of(runs, "busy"),
  };
}

// One that leaves room in the model's memory: something can follow it.
await choose(page, { temperature: 0.8, top_p: 0.95, length: 256, seed: 1 });
await control(page, "generate");
await said(page, "done", 2);
const places = { "at the end": null, "in the middle": 64 };
const sliding = {};
for (const [name, position] of Object.entries(places)) {
  if (position !== null) await (await page.$$(".token"))[position].evaluate((token) => token.click());
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await slide(page, client);
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await slide(page, client));
  sliding[name] = Object.fromEntries(Object.keys(runs[0]).map((kind) => [kind, of(runs, kind)]));
}

const result = { browser: await browser.version(), settings: SETTINGS, moves: MOVES, streaming, sliding };
await browser.close();
await server.close();
record("frames", result, quick);
if (process.argv.includes("--json")) console.log(JSON.stringify(result, null, 2));
