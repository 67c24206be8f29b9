// The command line and the page write the same story, token for token.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { count, generate, linkOf, openLibrary, ready, said, sees } from "./reader.mjs";
import { ROOT, house, visit } from "./support.mjs";

const shared = house();
const program = path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula");
const goldenFile = path.join(ROOT, "tests/golden.json");
const golden = existsSync(goldenFile) ? JSON.parse(readFileSync(goldenFile, "utf8")) : [];

const { default: model, models } = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const entry = models.find((m) => m.name === model);
const file = path.join("models", entry.file);
const library = path.join("models", entry.library.file);

const written = ({ prompt, temperature, top_p, seed, length }) =>
  JSON.parse(
    execFileSync(
      program,
      [
        "generate",
        "--model",
        file,
        "--prompt",
        prompt,
        "--temperature",
        String(temperature),
        "--top-p",
        String(top_p),
        "--seed",
        String(seed),
        "--tokens",
        String(length),
        "--library",
        library,
        "--json",
      ],
      { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 },
    ),
  );

const cases = golden.slice(0, 3).map((g) => g.settings);
if (cases.length === 0) {
  cases.push(
    { prompt: "Once upon a time, in a kingdom by the sea,", temperature: 0.8, top_p: 0.95, seed: 42, length: 64 },
    { prompt: "The old clock struck thirteen", temperature: 1, top_p: 1, seed: 7, length: 64 },
    { prompt: "“Zoë,” said the naïve café owner — 你好", temperature: 0, top_p: 0.9, seed: 1, length: 64 },
  );
}

for (const settings of cases) {
  test(`page and command line agree: ${settings.prompt.slice(0, 40)}`, async (t) => {
    const page = await visit(t, shared);
    await ready(page);
    const there = await generate(page, settings);
    const here = written(settings);
    assert.deepEqual(there.token_ids, here.token_ids);
    assert.equal(there.digest, here.digest);
    assert.equal(there.text, here.text);
  });
}

test("every number of the page is the command line's, to the bit", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await openLibrary(page);
  for (const settings of cases) {
    const done = await generate(page, settings);
    const measured = await said(page, "measured", await count(page, "done"));
    const traced = await page.evaluate(
      (text) => globalThis.said.findLast((m) => m.type === "traced" && m.asked === text),
      done.text,
    );
    const here = written(settings);
    for (const part of ["numbers", "percentiles"]) {
      const there = { ...done[part], ...measured[part], ...traced[part] };
      // The page's session holds examples and earlier stories; the command was given none.
      for (const name of ["session_novelty", "self_bleu"]) {
        delete there[name];
        delete here[part][name];
      }
      assert.deepEqual(there, here[part], `${part} of ${settings.prompt}`);
    }
  }
});

test("golden stories replay from their links, and the command line says so too", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  for (const [index, { settings, digest }] of golden.entries()) {
    const link = linkOf(settings, digest);
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, link);
    const done = await said(page, "done", index + 1);
    assert.equal(done.digest, digest, link);
    assert.deepEqual(done.settings, settings);
    await sees(page, "reproduced exactly");
    // Every sampler alone, all together, and a branch: the same tokens and the same numbers.
    if (!settings.options && !settings.forced) continue;
    const words = ["generate", "--model", file, "--link", `https://example.org/fabula/${link}`, "--json"];
    const command = spawnSync(program, words, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
    assert.match(command.stderr, /reproduced exactly/);
    const here = JSON.parse(command.stdout);
    for (const part of ["token_ids", "surprisal_bits", "entropy_bits", "ranks", "mirostat_bits", "settings", "link"]) {
      assert.deepEqual(done[part], here[part], `${part} of ${link}`);
    }
  }
});
