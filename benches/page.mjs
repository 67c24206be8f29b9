// Speed and size of the page and of the command line, side by side on this machine. Run by `make bench`.
// Writes benches/results/DATE-MACHINE.json and .md.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { choose, press, ready, said, until } from "../tests/browser/reader.mjs";
import { PKG, ROOT, launch, startServer, visit } from "../tests/browser/support.mjs";

const RUNS = 5;
const SETTINGS = { prompt: "Once upon a time", temperature: 0.8, top_p: 0.95, seed: 1, length: 256 };
const program = path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula");
const manifest = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const modelFile = path.join("models", manifest.models.find((m) => m.name === manifest.default).file);

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const summary = (numbers) => {
  const all = sorted(numbers);
  return { median: all[all.length >> 1], min: all[0], max: all.at(-1), runs: numbers };
};

/** What one visit asked the server for, until the first token, by kind. */
function bytesOf(requests) {
  const kinds = { wasm: [], glue: [], model: [], tokenizer: [], page: [] };
  for (const url of new Set(requests.map((request) => decodeURIComponent(request.split("?")[0])))) {
    const inside = url === "/" ? "/index.html" : url;
    const kind = inside.endsWith(".wasm") ? "wasm" : inside.startsWith("/pkg/") ? "glue"
      : inside.endsWith(".gguf") ? "model" : inside.endsWith("tokenizer.json") ? "tokenizer" : "page";
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
  const page = await visit(t, shared, { context, fragment, before: (p) => p.evaluateOnNewDocument(() => {
    const watch = setInterval(() => {
      if (!globalThis.said?.some((m) => m.type === "token")) return;
      globalThis.firstToken = performance.now() / 1000;
      clearInterval(watch);
    }, 1);
  }) });
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
  const words = ["generate", "--model", modelFile, "--prompt", SETTINGS.prompt, "--temperature", String(SETTINGS.temperature),
    "--top-p", String(SETTINGS.top_p), "--seed", String(seed), "--tokens", String(SETTINGS.length), "--json"];
  return JSON.parse(execFileSync(program, words, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
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

const machine = (os.cpus()[0]?.model ?? "unknown").replace(/\(R\)|\(TM\)|CPU|@.*$/g, "").replace(/\s+/g, " ").trim();
const results = {
  date: new Date().toISOString(),
  machine: { cpu: machine, cores: os.cpus().length, memory_gib: Math.round(os.totalmem() / 2 ** 30), system: `${os.type()} ${os.arch()}` },
  browser: await browser.version(),
  model: manifest.default,
  settings: SETTINGS,
  bytes_to_first_token: bytesOf(requests),
  seconds_to_first_token: { empty_cache: summary(cold), warm_cache: summary(warm) },
  tokens_per_second: { browser: summary(speeds.browser), native: summary(speeds.native) },
};
await browser.close();
await server.close();

const mb = (bytes) => (bytes / 1e6).toFixed(2);
const line = (name, { median, min, max, runs }, digits) =>
  `| ${name} | ${median?.toFixed(digits)} | ${min?.toFixed(digits)} to ${max?.toFixed(digits)} | ${runs.length} |`;
const table = `# ${results.date.slice(0, 10)}, ${machine}

${results.machine.cores} cores, ${results.machine.memory_gib} GiB, ${results.machine.system}; ${results.browser}, headless; model ${results.model}.

| until the first token | MB | MB, gzip -9 | files |
|---|--:|--:|--:|
${Object.entries(results.bytes_to_first_token).map(([kind, b]) => `| ${kind} | ${mb(b.raw)} | ${mb(b.gzip)} | ${b.files} |`).join("\n")}

| seconds from navigation to the first token, localhost | median | range | runs |
|---|--:|--:|--:|
${line("empty cache", results.seconds_to_first_token.empty_cache, 2)}
${line("model in Cache Storage", results.seconds_to_first_token.warm_cache, 2)}

| tokens/s, ${SETTINGS.length} tokens, browser and native in turn | median | range | runs |
|---|--:|--:|--:|
${line("browser", results.tokens_per_second.browser, 0)}
${line("native", results.tokens_per_second.native, 0)}
`;
console.log(table);
const folder = path.join(ROOT, "benches/results");
mkdirSync(folder, { recursive: true });
const name = `${results.date.slice(0, 10)}-${machine.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
writeFileSync(path.join(folder, `${name}.md`), table);
console.log(`written to benches/results/${name}.json and .md`);
