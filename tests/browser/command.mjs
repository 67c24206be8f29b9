// The command line, with which the pages are compared.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";

const program = path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula");

/** Why nothing can be compared with it, for `skip`; false where it is there. */
export const noCommand = existsSync(program) ? false : `no command line in ${path.relative(ROOT, program)}`;

/** For tests that compare something with it. */
export const compared = { skip: noCommand };

const { default: standard, models } = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
/** What the manifest says of the house model. */
export const entry = models.find(({ name }) => name === standard);
/** The words that name it. */
export const MODEL = ["--model", path.join("models", entry.file)];

const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 };

/** What the command line prints. */
export const fabula = (...words) => execFileSync(program, words.map(String), options);

/** The same with what it says beside it. */
export const fabulaSays = (...words) => spawnSync(program, words.map(String), options);

/** The story that it writes. */
export const generated = (...words) => JSON.parse(fabula("generate", "--json", ...MODEL, ...words));

/** A folder for its files, as long as `work` goes on. */
export function inFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), "fabula-"));
  try {
    return work((name) => path.join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of a file that it has written. */
export const rowsIn = (file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
