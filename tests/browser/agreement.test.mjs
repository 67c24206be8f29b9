// The command line and the page write the same story, token for token.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { MODEL, entry, fabulaSays, generated, compared } from "./command.mjs";
import { count, generate, linkOf, openLibrary, ready, said, sees } from "./reader.mjs";
import { ROOT, house, visit } from "./support.mjs";

const shared = house();
const golden = JSON.parse(readFileSync(path.join(ROOT, "tests/golden.json"), "utf8"));

const written = ({ prompt, temperature, top_p, seed, length }) => {
  const words = {
    prompt,
    temperature,
    "top-p": top_p,
    seed,
    tokens: length,
    library: path.join("models", entry.library.file),
  };
  return generated(...Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]));
};

/** Written from the form; the others from their links. */
const cases = golden.slice(0, 3);

test("from the form: story and numbers are the command line's, to the bit", compared, async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await openLibrary(page);
  for (const { settings, digest } of cases) {
    const done = await generate(page, settings);
    const measured = await said(page, "measured", await count(page, "done"));
    const traced = await page.evaluate(
      (text) => globalThis.said.findLast((m) => m.type === "traced" && m.asked === text),
      done.text,
    );
    const here = written(settings);
    assert.equal(done.digest, digest);
    for (const part of ["token_ids", "digest", "text"]) assert.deepEqual(done[part], here[part], part);
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

test("golden stories replay from their links, and the command line says so too", compared, async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  for (const [index, { settings, digest }] of golden.slice(cases.length).entries()) {
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
    const command = fabulaSays("generate", ...MODEL, "--link", `https://example.org/fabula/${link}`, "--json");
    assert.match(command.stderr, /reproduced exactly/);
    const here = JSON.parse(command.stdout);
    for (const part of ["token_ids", "surprisal_bits", "entropy_bits", "ranks", "mirostat_bits", "settings", "link"]) {
      assert.deepEqual(done[part], here[part], `${part} of ${link}`);
    }
  }
});
