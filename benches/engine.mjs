// The engine's two modules compared with a memory bound, on this machine. `make bench` runs it; scripts/bench.sh lists the options.
// Writes its part of benches/results/DATE-MACHINE.json and .md.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { PKG, ROOT, launch } from "../tests/browser/support.mjs";
import { ratios } from "./lib/engine-tables.mjs";
import { measure } from "./lib/measure.mjs";
import { record } from "./lib/record.mjs";
import { serveFolders } from "./lib/server.mjs";

const quick = process.argv.includes("--quick");
const plan = quick ? { rounds: 1, tokens: 64, quick } : { rounds: 5, tokens: 200, quick };

const built = path.resolve(ROOT, PKG);
const relaxed = existsSync(path.join(built, "fabula_relaxed_bg.wasm"));
if (!existsSync(path.join(built, "fabula.js"))) throw new Error(`no build in ${PKG}: run make build`);
if (!relaxed) console.error(`no relaxed SIMD row: ${PKG} has no such module`);

const manifest = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const { name, file } = manifest.models.find((model) => model.name === manifest.default);
// A decoder reads every weight once per token, and the file holds little else.
const bytes = statSync(path.join(ROOT, "models", file)).size;

const server = await serveFolders({
  workers: path.join(ROOT, "benches/workers"),
  models: path.join(ROOT, "models"),
  fabula: built,
});
const browser = await launch();
const measured = await measure({ browser, server }, { name, model: `/models/${file}`, bytes, relaxed }, plan);
const models = { [name]: { name, file_bytes: bytes, ...measured, ratios: ratios(measured.rows) } };
record("engine", { browser: await browser.version(), plan, models }, quick);
await browser.close();
await server.close();
