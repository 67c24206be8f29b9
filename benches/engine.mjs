// The engine compared with a memory bound, candle and other runtimes, on this machine. Run by `make bench`, which builds what it
// needs; scripts/bench.sh lists the options. Writes its part of benches/results/DATE-MACHINE.json and .md.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { PKG, ROOT, chromium, launch } from "../tests/browser/support.mjs";
import { ratios } from "./lib/engine-tables.mjs";
import { readHeader, weightBytesPerToken } from "./lib/gguf.mjs";
import { measure } from "./lib/measure.mjs";
import { measureNative } from "./lib/native.mjs";
import { measurePeers } from "./lib/peers.mjs";
import { writeRandomModel } from "./lib/random-model.mjs";
import { record } from "./lib/record.mjs";
import { serveFolders } from "./lib/server.mjs";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "no-candle": { type: "boolean", default: false },
    peers: { type: "string" },
  },
});
const plan = options.quick ? { rounds: 1, tokens: 64, quick: true } : { rounds: 5, tokens: 200, quick: false };

const built = path.resolve(ROOT, PKG);
const work = path.join(ROOT, "target/bench");
const candle = path.join(work, "candle-web");
const relaxed = existsSync(path.join(built, "fabula_relaxed_bg.wasm"));
const withCandle = !options["no-candle"] && existsSync(path.join(candle, "candle_row_bg.wasm"));
if (!existsSync(path.join(built, "fabula.js"))) throw new Error(`no build in ${PKG}: run make build`);
if (!relaxed) console.error(`no relaxed SIMD row: ${PKG} has no such module`);
if (!withCandle) console.error("no candle row");

const manifest = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const house = manifest.models.find((model) => model.name === manifest.default);
const random = path.join(work, "models/stories15m-shape-q8_0.gguf");
writeRandomModel(random);
const models = [
  { name: "stories15M shape", file: random, address: `/random/${path.basename(random)}` },
  { name: house.name, file: path.join(ROOT, "models", house.file), address: `/models/${house.file}` },
];

const server = await serveFolders({
  workers: path.join(ROOT, "benches/workers"),
  models: path.join(ROOT, "models"),
  random: path.dirname(random),
  fabula: built,
  candle,
});
const browser = await launch();
const result = { browser: await browser.version(), plan, models: {} };
for (const { name, file, address } of models) {
  const header = readHeader(readFileSync(file));
  const bytes = weightBytesPerToken(header);
  const about = {
    name,
    model: address,
    bytes,
    vocabulary: header.metadata["llama.vocab_size"],
    relaxed,
    candle: withCandle,
  };
  const measured = await measure({ browser, server }, about, plan);
  result.models[name] = {
    name,
    file_bytes: statSync(file).size,
    weight_bytes_per_token: bytes,
    ...measured,
    ratios: ratios(measured.rows),
  };
}
await browser.close();
await server.close();

result.native = measureNative({
  model: path.join("models", house.file),
  fabula: path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula"),
  candle: withCandle ? path.join(work, "candle/release/native-speed") : "",
  ...plan,
});
if (options.peers) {
  result.peers = measurePeers({
    folder: path.resolve(options.peers),
    built,
    relaxed,
    candle: withCandle ? candle : null,
    chromium: chromium(),
    ...plan,
  });
} else console.error("no peers: their folder comes with --peers");
record("engine", result, options.quick);
