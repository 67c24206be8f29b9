// The page in the browsers that the other tests do not open: what is typed there becomes the command line's story.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT, startServer } from "../browser/support.mjs";
import { BROWSERS, open, until } from "./engines.mjs";

const PROMPT = "“Zoë,” said the fox, “who opened the door?”";
const SEED = 20_261;
const LENGTH = 24;

const program = path.resolve(ROOT, process.env.FABULA_BIN || "target/release/fabula");
const { default: standard, models } = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const model = path.join("models", models.find(({ name }) => name === standard).file);

let server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

/** The command line's story with the settings of a link. */
function written(link) {
  const settings = new URLSearchParams(link.slice(1));
  const words = [
    "generate",
    "--json",
    "--model",
    model,
    "--prompt",
    settings.get("p"),
    "--seed",
    settings.get("seed"),
    "--tokens",
    settings.get("n"),
    "--temperature",
    settings.get("t"),
    "--top-p",
    settings.get("top_p"),
  ];
  return JSON.parse(execFileSync(program, words, { cwd: ROOT, encoding: "utf8" }));
}

for (const name of ["firefox", "webkit"]) {
  test(`the page in ${BROWSERS[name].title}`, async (t) => {
    const { browser, missing } = await open(t, name);
    if (!browser) return t.skip(`${missing}: the page was NOT tried there`);
    t.diagnostic(`${BROWSERS[name].title} ${browser.version}`);
    await browser.visit(server.url);
    await until(browser, "the model", 60, () => document.querySelector('.loader[data-phase="ready"]') !== null);
    await browser.fill("textbox", "Prompt", PROMPT);
    await browser.fill("spinbutton", "Seed", SEED);
    await browser.fill("spinbutton", "Length", LENGTH);
    await browser.press("Generate");
    const link = await until(browser, "the story's link", 60, () => location.hash.includes("&x=") && location.hash);
    const settings = new URLSearchParams(link.slice(1));
    assert.deepEqual(
      [settings.get("p"), settings.get("seed"), settings.get("n")],
      [PROMPT, String(SEED), String(LENGTH)],
    );
    const story = written(link);
    assert.equal(link, story.link, `${BROWSERS[name].title} ${browser.version} wrote another story`);
    assert.ok(
      await browser.evaluate((text) => document.body.textContent.includes(text), story.text.trim()),
      "it is not on the page",
    );
  });
}
