// Writes into sw.js what the page is made of, each file with its hash, so that browsers take each new page as a whole and fetch only
// what has changed.
//   node scripts/offline.mjs           writes it
//   node scripts/offline.mjs --check   fails where another list stands there
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { PICTURE } from "./pages/tags.mjs";

const AT = "sw.js";
/** Hexadecimal digits of a hash that are written down. */
const DIGITS = 16;

const within = (folder, endings) =>
  readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => endings.test(name));
const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, DIGITS);

// Both builds of the engine; a browser keeps the one that it can run.
const engines = ["pkg/fabula", "pkg/fabula_relaxed"].flatMap((engine) => [`${engine}.js`, `${engine}_bg.wasm`]);
const others = [
  "experiments.html",
  "methods.html",
  "models/index.json",
  ...within("docs/experiments", /\.svg$/),
  ...within("pages", /\.html$/),
  ...within("www", /\.(js|css|json|svg|png|webmanifest)$/).filter((file) => file !== PICTURE),
].sort();
// The picture beside a link is for others than the page.
const files = [["./", "index.html"], ...[...engines, ...others].map((file) => [file, file])];

const list = files.map(([name, file]) => `  ${JSON.stringify(name)}: "${hashOf(readFileSync(file))}",\n`).join("");
const worker = readFileSync(AT, "utf8");
const written = worker
  .replace(/const FILES = \{\n.*?\};/s, `const FILES = {\n${list}};`)
  .replace(/const VERSION = "[0-9a-f]*";/, `const VERSION = "${hashOf(list)}";`);
if (!written.includes(list)) throw new Error(`${AT} has no list of files`);
if (process.argv.includes("--check")) {
  if (written !== worker) {
    console.error(`${AT} does not have the hashes of the files: run node scripts/offline.mjs`);
    process.exit(1);
  }
} else writeFileSync(AT, written);
