// Writes into both pages which modules their program imports, so that browsers fetch all of them at once instead of one level of imports
// after another.
//   node scripts/preload.mjs           after a change of imports; then node scripts/offline.mjs
//   node scripts/preload.mjs --check   fails where another list stands there
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const PAGES = ["index.html", "experiments.html"];
const ENTRY = /^( *)<script type="module" src="([^"]+)"><\/script>\n/m;
const LINKS = /^ *<link rel="modulepreload".*\n/gm;
const IMPORTS = /^import (?:[^;"]* from )?"(\.[^"]+)";$/gm;

/** A module and all that it imports, each once. */
function reached(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of readFileSync(file, "utf8").matchAll(IMPORTS))
    reached(path.posix.join(path.posix.dirname(file), name), found);
  return found;
}

const wrong = [];
for (const page of PAGES) {
  const html = readFileSync(page, "utf8");
  const written = html.replace(LINKS, "").replace(ENTRY, (script, indent, entry) => {
    const modules = [...reached(entry)].filter((file) => file !== entry).sort();
    return modules.map((file) => `${indent}<link rel="modulepreload" href="${file}">\n`).join("") + script;
  });
  if (written === html) continue;
  wrong.push(page);
  if (!process.argv.includes("--check")) writeFileSync(page, written);
}
if (process.argv.includes("--check") && wrong.length > 0) {
  console.error(`${wrong.join(", ")}: not the modules that are imported. Run node scripts/preload.mjs.`);
  process.exit(1);
}
