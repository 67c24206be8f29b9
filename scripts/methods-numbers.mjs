// Writes the numbers of docs/methods.md that depend on the model: agreement with raters, human ranges, damage, the small texts.
//   node scripts/methods-numbers.mjs RATED   RATED: a folder with minp_v2.jsonl, union_roc.jsonl and creative_story_gen.jsonl
// What fabula computes is kept in target/methods-…/ and not computed again. All other sentences with numbers are a person's work; it prints
// what they need: numbers of the small texts that could not be placed, and correlations with words and tokens per word held fixed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gibberish } from "./numbers/gibberish.mjs";
import { partialWithInterval } from "./numbers/partial.mjs";
import { agreementLine, agreementTables, cell, damageTable, rangesOf } from "./numbers/rows.mjs";
import { renewed, scoresOf, smallTexts } from "./numbers/small-texts.mjs";
import { unwrapped, wrapped } from "./wrap.mjs";

const PAGE = "docs/methods.md";
const MODEL = "models/fable-9m/fable-9m-q8_0.gguf";
/** Scores of the small texts as the page has them, so that the next model's can be put in their places. */
const KNOWN = "docs/methods-small-texts.json";
const SETS = ["minp_v2", "union_roc", "creative_story_gen"];
const LIBRARY = "target/training/library.jsonl";

const rated = process.argv[2];
if (!rated || SETS.some((set) => !existsSync(path.join(rated, `${set}.jsonl`)))) {
  console.error(
    `node scripts/methods-numbers.mjs RATED: a folder with ${SETS.map((set) => `${set}.jsonl`).join(", ")}`,
  );
  process.exit(2);
}
let page = unwrapped(readFileSync(PAGE, "utf8"));
// Whatever the numbers come of.
const inputs = [
  MODEL,
  "models/fable-9m/reference.json",
  "models/fable-9m/library.fabulib",
  "target/release/fabula",
  ...SETS.map((set) => path.join(rated, `${set}.jsonl`)),
];
const hash = createHash("sha256").update(JSON.stringify(smallTexts(page)));
for (const file of inputs) hash.update(readFileSync(file));
const work = `target/methods-${hash.digest("hex").slice(0, 8)}`;
mkdirSync(work, { recursive: true });

/** What fabula prints, or writes to the file that comes last. */
function computed(file, words, { writes = false } = {}) {
  const at = path.join(work, file);
  if (!existsSync(at)) {
    console.log(`fabula ${words[0]} → ${at}`);
    const output = writes ? ["--output", `${at}.new`] : [];
    const printed = execFileSync("target/release/fabula", [...words, ...output], {
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (!writes) writeFileSync(`${at}.new`, printed);
    renameSync(`${at}.new`, at);
  }
  return at;
}
const json = (file) => JSON.parse(readFileSync(file, "utf8"));
const lines = (file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const artificial = path.join(work, "artificial.jsonl");
const tokens = Object.keys(json("models/fable-9m/tokenizer.json").model.vocab);
writeFileSync(
  artificial,
  gibberish(lines(path.join(rated, "minp_v2.jsonl")), tokens)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(""),
);
const sets = [...SETS.map((set) => path.join(rated, `${set}.jsonl`)), artificial].flatMap((file) => ["--input", file]);
const { agreements } = json(computed("agreements.json", ["validate", "--json", "--model", MODEL, ...sets]));
if (!existsSync(LIBRARY)) {
  mkdirSync(path.dirname(LIBRARY), { recursive: true });
  writeFileSync(
    `${LIBRARY}.new`,
    execFileSync("xz", ["-dc", "training/house/library.jsonl.xz"], { maxBuffer: 1 << 28 }),
  );
  renameSync(`${LIBRARY}.new`, LIBRARY);
}
const damaged = computed("damaged.jsonl", ["damage", "--model", MODEL, "--texts", LIBRARY, "--passages", "300"], {
  writes: true,
});
const { damage } = json(computed("damage.json", ["validate", "--json", "--model", MODEL, "--input", damaged]));

const texts = path.join(work, "small-texts.jsonl");
writeFileSync(
  texts,
  smallTexts(page)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(""),
);
const reference = json("models/fable-9m/reference.json");
const scores = scoresOf(
  lines(computed("small-texts.scores.jsonl", ["score", "--model", MODEL, "--input", texts], { writes: true })),
);

// Section by section: each begins with the name of its number.
const sections = page.split(/^(?=##+ )/m);
const known = existsSync(KNOWN) ? json(KNOWN) : scores;
const open = [];
page = sections
  .map((section) => {
    const metrics = [...(/^- \*\*Meaning\*\*: (.*?) (?:is|are) /m.exec(section)?.[1] ?? "").matchAll(/`(\w+)`/g)].map(
      ([, name]) => name,
    );
    if (metrics.length === 0) return section;
    const [written, unclear] = renewed(rangesOf(section, metrics, reference), metrics, known, scores);
    open.push(...unclear);
    return written.replace(/^- \*\*Agreement\*\*( of [a-z ]+)?: quality .*$/m, (line, which = "") =>
      agreementLine(agreements, metrics, which),
    );
  })
  .join("");
page = agreementTables(page, agreements);
page = damageTable(page, damage);
writeFileSync(PAGE, wrapped(page));
writeFileSync(KNOWN, `${JSON.stringify(scores, null, 1)}\n`);
console.log(`\nWritten: ${PAGE}, ${KNOWN}. Numbers of no small text, to be looked at:`);
for (const line of open) console.log(`  ${line}`);

const stories = lines(path.join(rated, "creative_story_gen.jsonl"));
const measured = lines(
  computed(
    "creative_story_gen.scores.jsonl",
    ["score", "--model", MODEL, "--input", path.join(rated, "creative_story_gen.jsonl")],
    { writes: true },
  ),
);
if (measured.some(({ id }, index) => id !== stories[index].id))
  throw new Error("scores and ratings are not of the same texts in the same order");
const column = (name) => measured.map(({ metrics }) => metrics[name]);
const words = column("words");
const tokensPerWord = column("tokens").map((count, index) => count / words[index]);
console.log("\ncreative_story_gen, words and tokens per word both held fixed:");
for (const metric of ["entropy_per_word_bits", "new_ngrams_3", "coherence"]) {
  for (const rating of ["creativity", "surprise", "value"]) {
    const { value, interval } = partialWithInterval(
      column(metric),
      stories.map(({ human }) => human[rating]),
      words,
      tokensPerWord,
    );
    console.log(`  ${metric} with ${rating}: ${cell(value, interval)}`);
  }
}
