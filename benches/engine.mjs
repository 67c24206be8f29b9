// The engine's two modules side by side, on this machine. `make bench` runs it; scripts/bench.sh lists the options.
// Writes its part of benches/results/DATE-MACHINE.json and .md.
import { readFileSync } from "node:fs";
import path from "node:path";
import { PKG, ROOT, launch } from "../tests/browser/support.mjs";
import { measure } from "./lib/measure.mjs";
import { record } from "./lib/record.mjs";
import { serveFolders } from "./lib/server.mjs";

const quick = process.argv.includes("--quick");
const plan = quick ? { rounds: 1, tokens: 64, quick } : { rounds: 5, tokens: 200, quick };
const manifest = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const { name, file } = manifest.models.find((model) => model.name === manifest.default);

const server = await serveFolders({
  workers: path.join(ROOT, "benches/workers"),
  models: path.join(ROOT, "models"),
  fabula: path.resolve(ROOT, PKG),
});
const browser = await launch();
const measured = await measure({ browser, server }, `/models/${file}`, plan);
record("engine", { browser: await browser.version(), plan, model: name, ...measured }, quick);
await browser.close();
await server.close();
