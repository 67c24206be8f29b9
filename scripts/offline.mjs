// Writes into sw.js the version of what the page is made of, so that browsers take each new page as a whole.
//   node scripts/offline.mjs           writes it
//   node scripts/offline.mjs --check   fails where another one stands there
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const AT = "sw.js";
const worker = readFileSync(AT, "utf8");
const list = /const FILES = \[\n(.*?)\n\];/s.exec(worker)?.[1];
if (!list) throw new Error(`${AT} has no list of files`);
// Of both builds of the engine; a browser keeps the one that it can run.
const engines = ["pkg/fabula", "pkg/fabula_relaxed"].flatMap((engine) => [`${engine}.js`, `${engine}_bg.wasm`]);
const files = [
  ...engines,
  ...[...list.matchAll(/"([^"]+)"/g)].map(([, name]) => (name === "./" ? "index.html" : name)),
];
const hash = createHash("sha256");
for (const file of files) hash.update(`${file}\n`).update(createHash("sha256").update(readFileSync(file)).digest());
const version = hash.digest("hex").slice(0, 16);
const written = worker.replace(/const VERSION = "[0-9a-f]*";/, `const VERSION = "${version}";`);
if (process.argv.includes("--check")) {
  if (written !== worker) {
    console.error(`${AT} does not have the version of the files: run node scripts/offline.mjs`);
    process.exit(1);
  }
} else writeFileSync(AT, written);
