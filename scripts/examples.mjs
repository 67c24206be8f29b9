// Writes www/example.json: the stories that the page shows until the model is ready, made by the command line.
//   node scripts/examples.mjs          after `cargo build --release`
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const { default: name, models } = JSON.parse(readFileSync("models/index.json", "utf8"));
const entry = models.find((each) => each.name === name);
const library = `models/${entry.library.file}`;
const model = `models/${entry.file}`;

/** One prompt over a range of temperatures; none of the seeds is the page's usual one. The first is shown. */
const SETTINGS = [
  { temperature: 0.8, seed: 7 },
  { temperature: 0, seed: 7 },
  { temperature: 0.5, seed: 7 },
  { temperature: 1.1, seed: 7 },
  { temperature: 1.6, seed: 7 },
];

function write(settings, earlier) {
  const options = { model, library, ...settings, tokens: 160 };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const others = earlier.flatMap((file) => ["--earlier", file]);
  return JSON.parse(
    execFileSync("target/release/fabula", ["generate", "--json", ...words, ...others], { encoding: "utf8" }),
  );
}

// Twice: session novelty compares each example with all the others.
const files = SETTINGS.map((settings, index) => {
  const file = `target/example-${index}.txt`;
  writeFileSync(file, write(settings, []).text);
  return file;
});
const records = SETTINGS.map((settings, index) => {
  const record = write(
    settings,
    files.filter((_, other) => other !== index),
  );
  delete record.prompt_tokens;
  // Speed belongs to the machine that made the example, not to the reader's.
  return { ...record, seconds: null, tokens_per_second: null };
});
writeFileSync("www/example.json", `[\n${records.map((record) => JSON.stringify(record)).join(",\n")}\n]\n`);
