// The experiment with the Poet: from the usual settings to rows, findings, pairs of stories and a link that repeats it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { MODEL, fabula, inFolder, compared, rowsIn } from "./command.mjs";
import { finish, follow, formed, json, open, reaches, status } from "./experiments.mjs";
import { alerts, fillIn, find, openLibrary, setSlider, unfold, until } from "./reader.mjs";
import { house } from "./support.mjs";

const shared = house();
const POET = "#x=1&e=poet";
const prompts = "O wind that wanders by the sea,\nThe old king had three daughters, and the youngest";
/** Twelve stories, with a strength that is not in order. */
const SMALL = { strengths: "1,0,1.5", seeds: 2, length: 24, prompts };

async function fillForm(page, { strengths, seeds, length, prompts: lines }) {
  if (strengths !== undefined) await fillIn(page, "textbox", "Strengths", strengths);
  if (lines !== undefined) await fillIn(page, "textbox", "Prompts", lines);
  if (seeds !== undefined) await fillIn(page, "spinbutton", "Seeds per prompt", seeds);
  if (length !== undefined) await fillIn(page, "spinbutton", "Tokens per story", length);
  await until(
    page,
    "what was typed",
    () => document.querySelector(".sweep-fields").getAttribute("aria-busy") !== "true",
  );
}

/** Rows that the command line writes, with the adapter or, without strengths, by the model alone. */
const commandRows = ({ strengths, seeds, length, prompts: lines }) =>
  inFolder((file) => {
    const [texts, out] = [file("prompts.txt"), file("sweep.jsonl")];
    writeFileSync(texts, lines);
    const grid =
      strengths === undefined
        ? ["--grid", "temperature=0.8"]
        : ["--adapter", "models/poet", "--grid", `strength=${strengths}`];
    const amount = ["--seeds", seeds, "--tokens", length];
    fabula("sweep", ...MODEL, ...grid, ...amount, "--prompts", texts, "--no-library", "--out", out);
    return rowsIn(out);
  });

const sides = (page) =>
  page.$$eval(".side", (all) =>
    all.map((side) => ({
      heading: side.querySelector("h3").textContent,
      text: side.querySelector(".side-text").textContent,
      link: side.querySelector("a")?.getAttribute("href") ?? null,
    })),
  );

test("the sweep of strengths runs to its end, and its rows are the command line's", compared, async (t) => {
  const page = await open(t, shared, { fragment: POET });
  assert.match(await status(page), /^126 stories \(7 strengths of 18\), about /, "the defaults can be run at once");
  assert.deepEqual(await alerts(page), []);
  await fillForm(page, SMALL);
  await reaches(page, "^12 stories \\(3 strengths of 4\\)");
  await finish(page);
  const { rows, findings, grid, digest } = await json(t, page);
  assert.deepEqual(rows, commandRows(SMALL));
  assert.match(grid.base.adapter.id, /^poet@[0-9a-f]{8}$/);
  assert.ok(
    findings.some(({ name }) => name === "base_coherence") &&
      findings.some(({ name }) => name === "adapter_new_ngrams_3"),
  );
  const { hash } = new URL(page.url());
  assert.match(hash, /^#x=1&e=poet&grid=strength=1,0,1\.5&seeds=2&.*&adapter=poet@[0-9a-f]{8}&.*&digest=[0-9a-f]{8}$/);
  assert.equal(hash.slice(-8), digest);

  // Strength 0 is the base model, token for token.
  const base = commandRows({ ...SMALL, strengths: undefined });
  assert.deepEqual(
    rows.filter(({ strength }) => strength === 0).map(({ digest: story, text }) => [story, text]),
    base.map(({ digest: story, text }) => [story, text]),
  );

  // Two of them beside each other: the lowest strength, whatever its place in the grid, and the one that the slider is at.
  const texts = (strength, prompt, seed) =>
    rows.find((row) => row.strength === strength && row.prompt === prompt && row.seed === seed);
  const beside = async (strength, prompt, seed) => {
    const [left, right] = await sides(page);
    const words = prompts.split("\n")[prompt];
    assert.deepEqual(
      [left.text, right.text],
      [0, strength].map((each) => words + texts(each, prompt, seed).text),
    );
    assert.deepEqual(
      [left.link, right.link],
      [0, strength].map((each) => `index.html${texts(each, prompt, seed).link}`),
    );
    assert.match(left.heading, /the base model/);
    return right.heading;
  };
  assert.equal(await beside(1, 0, 42), "Strength 1: as trained");
  await setSlider(page, "Strength of the Poet", 2);
  assert.equal(await beside(1.5, 0, 42), "Strength 1.5");
  const slider = await find(page, "slider", "Strength of the Poet");
  assert.equal(await slider.evaluate((input) => input.getAttribute("aria-valuetext")), "150%");
  const [prompt, seed] = [await find(page, "combobox", "Prompt"), await find(page, "combobox", "Seed")];
  await prompt.select("1");
  await seed.select("1");
  await beside(1.5, 1, 43);

  // Twelve stories are too few for any test, and the findings say so.
  assert.match(
    await page.$eval(".measure .findings-list", (list) => list.textContent),
    /Too few seeds to say anything of coherence by the base model along strength/,
  );

  // Without a link in the address, the latest experiment is there, and it is this one.
  await page.goto(`${shared.server.url}experiments.html`);
  await formed(page);
  await reaches(page, "All 12 stories are written");
  assert.match(await page.$eval("#experiment-heading", (heading) => heading.textContent), /the Poet/);
});

test("novelty comes from the library and from the poems", async (t) => {
  const page = await open(t, shared, { fragment: POET });
  await fillForm(page, { ...SMALL, strengths: "0,1", seeds: 1 });
  await finish(page);
  await until(page, "a word about the library", () => document.body.innerText.includes("It needs the library"));
  await openLibrary(page);
  await until(
    page,
    "novelty in every story",
    () => globalThis.said.filter((message) => message.type === "traced").length === 4,
  );
  const { rows } = await json(t, page);
  for (const { numbers } of rows)
    for (const name of ["new_ngrams_3", "adapter_new_ngrams_3"])
      assert.ok(numbers[name] >= 0 && numbers[name] <= 1, name);
});

const hostile = {
  "no strength": ["&grid=temperature=0.5,1", "126 stories"],
  "a strength beyond": ["&grid=strength=0:9:3&adapter=poet@01234567", "126 stories"],
  "another adapter": ["&grid=strength=0,1&seeds=1&adapter=poet@01234567&n=8", "2 stories \\(2 strengths of 1\\)"],
  "two settings": ["&grid=strength=0,1,temperature=0,1&adapter=poet@01234567", "126 stories"],
};
test("links that cannot be followed", async (t) => {
  const page = await open(t, shared, { fragment: POET });
  for (const [name, [fragment, words]] of Object.entries(hostile)) {
    assert.match(await follow(page, POET + fragment), /could not be used/, name);
    await reaches(page, words);
  }
});

test("axe finds nothing: before and after it runs", async (t) => {
  const page = await open(t, shared, { fragment: POET });
  await isAccessible(page, "before it runs");
  await fillForm(page, { ...SMALL, strengths: "0,1" });
  await finish(page);
  await unfold(page);
  await isAccessible(page, "finished, all details open");
});
