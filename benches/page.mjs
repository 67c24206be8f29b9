// Speed and size of the page and of the command line, side by side on this machine. Run by `make bench`.
// Writes its part of benches/results/DATE-MACHINE.json and .md.   --quick: one run, which is no result
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { choose, openLibrary, press, ready, said, traced, until } from "../tests/browser/reader.mjs";
import { PKG, ROOT, launch, startServer, visit } from "../tests/browser/support.mjs";
import { record } from "./lib/record.mjs";
import { summary } from "./lib/statistics.mjs";

const quick = process.argv.includes("--quick");
const RUNS = quick ? 1 : 5;
const SETTINGS = { prompt: "Once upon a time", temperature: 0.8, top_p: 0.95, seed: 1, length: 256 };
const program = path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula");
const manifest = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const entry = manifest.models.find(({ name }) => name === manifest.default);
const modelFile = path.join("models", entry.file);

const KINDS = [
  [/\.wasm$/, "wasm"],
  [/^\/pkg\//, "glue"],
  [/\.gguf$/, "model"],
  [/tokenizer\.json$/, "tokenizer"],
  [/./, "page"],
];

/** What one visit asked the server for, until the first token, by kind. */
function bytesOf(requests) {
  const kinds = { wasm: [], glue: [], model: [], tokenizer: [], page: [] };
  for (const url of new Set(requests.map((request) => decodeURIComponent(request.split("?")[0])))) {
    const inside = url === "/" ? "/index.html" : url;
    const [, kind] = KINDS.find(([pattern]) => pattern.test(inside));
    kinds[kind].push(inside);
  }
  const rows = {};
  const total = { raw: 0, gzip: 0, files: 0 };
  for (const [kind, files] of Object.entries(kinds)) {
    const row = { raw: 0, gzip: 0, files: files.length };
    for (const name of files) {
      let bytes;
      try {
        bytes = readFileSync(path.join(ROOT, name.replace(/^\/pkg\//, `/${PKG}/`)));
      } catch {
        continue; // asked for and not there, a favicon for instance
      }
      row.raw += bytes.length;
      row.gzip += gzipSync(bytes, { level: 9 }).length;
    }
    rows[kind] = row;
    for (const key of Object.keys(total)) total[key] += row[key];
  }
  return { ...rows, everything: total };
}

/** Seconds from navigation to the first token of a story that a link asks for. */
async function firstToken(shared, t, context) {
  shared.server.requests.length = 0;
  const fragment = "#v=1&p=Once+upon+a+time&t=0.8&top_p=0.95&n=8&seed=1";
  const page = await visit(t, shared, {
    context,
    fragment,
    serviceWorker: true,
    before: (p) =>
      p.evaluateOnNewDocument(() => {
        const watch = setInterval(() => {
          if (!globalThis.said?.some((m) => m.type === "tokens")) return;
          globalThis.firstToken = performance.now() / 1000;
          clearInterval(watch);
        }, 1);
      }),
  });
  await until(page, "the first token", () => globalThis.firstToken);
  const seconds = await page.evaluate(() => globalThis.firstToken);
  const requests = [...shared.server.requests];
  await said(page, "done");
  await page.close();
  return { seconds, requests };
}

async function inBrowser(page, seed) {
  const before = await page.evaluate(() => globalThis.said.filter((m) => m.type === "done").length);
  await choose(page, { ...SETTINGS, seed });
  await press(page, "Generate");
  return said(page, "done", before + 1);
}

function natively(seed) {
  const { prompt, temperature, top_p, length } = SETTINGS;
  const options = { model: modelFile, prompt, temperature, "top-p": top_p, seed, tokens: length };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return JSON.parse(
    execFileSync(program, ["generate", "--json", ...words], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }),
  );
}

const server = await startServer();
const browser = await launch();
const shared = { browser, server };
const ends = [];
const t = { after: (end) => ends.push(end) };

const cold = [];
const warm = [];
let requests = [];
for (let run = 0; run < RUNS; run += 1) {
  const context = await browser.createBrowserContext();
  const first = await firstToken(shared, t, context);
  requests = first.requests;
  cold.push(first.seconds);
  warm.push((await firstToken(shared, t, context)).seconds);
  await context.close();
}

const page = await visit(t, shared);
await ready(page);
await inBrowser(page, 1000);
natively(1000);
const speeds = { browser: [], native: [] };
for (let run = 0, seed = 0; run < RUNS && seed < 50; seed += 1) {
  const there = await inBrowser(page, seed);
  // A story that ends early measures something shorter.
  if (there.token_ids.length < SETTINGS.length) continue;
  const here = natively(seed);
  speeds.browser.push(there.tokens_per_second);
  speeds.native.push(here.token_ids.length / here.seconds);
  run += 1;
}

const opening = [];
const tracing = [];
let libraryMemory = 0;
for (let run = 0; run < RUNS; run += 1) {
  const fresh = await visit({ after: () => {} }, shared);
  await ready(fresh);
  const opened = await openLibrary(fresh);
  opening.push(opened.seconds);
  libraryMemory = opened.memory_bytes;
  const { text } = await inBrowser(fresh, 3);
  tracing.push((await traced(fresh, text)).seconds * 1000);
  await fresh.close();
}

const result = {
  browser: await browser.version(),
  model: manifest.default,
  settings: SETTINGS,
  bytes_to_first_token: bytesOf(requests),
  seconds_to_first_token: { empty_cache: summary(cold), warm_cache: summary(warm) },
  tokens_per_second: { browser: summary(speeds.browser), native: summary(speeds.native) },
  library: {
    seconds_to_open: summary(opening),
    memory_bytes: libraryMemory,
    trace_ms: summary(tracing),
    bytes: entry.library.bytes,
  },
};
await browser.close();
await server.close();
record("page", result, quick);
