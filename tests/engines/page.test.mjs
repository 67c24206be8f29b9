// The page in the browsers that the other tests do not open: what is typed there becomes the command line's story.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { generated, noCommand } from "../browser/command.mjs";
import { inWholeSet } from "../browser/sets.mjs";
import { startServer } from "../browser/server.mjs";
import { BROWSERS, open, until } from "./engines.mjs";

const PROMPT = "“Zoë,” said the fox, “who opened the door?”";
const SEED = 20_261;
const LENGTH = 24;

let server;
before(async () => {
  server = await startServer();
});
after(() => server.close());

/** The command line's story with the settings of a link. */
function written(link) {
  const settings = new URLSearchParams(link.slice(1));
  const words = { prompt: "p", seed: "seed", tokens: "n", temperature: "t", "top-p": "top_p" };
  return generated(...Object.entries(words).flatMap(([name, field]) => [`--${name}`, settings.get(field)]));
}

for (const name of ["firefox", "webkit"]) {
  test(`the page in ${BROWSERS[name].title}`, { skip: inWholeSet || noCommand }, async (t) => {
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
