// Our documents as pages of the site: every one can be read on a desk and on a phone, and leads back to the stories.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGES } from "../../scripts/pages/list.mjs";
import { isAccessible } from "./axe.mjs";
import { find } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
test("axe finds nothing in any document, nothing is wider than the screen, and pictures load", async (t) => {
  const page = await visit(t, shared, { query: PAGES[0].page });
  for (const { page: file } of PAGES) {
    await page.goto(shared.server.url + file, { waitUntil: "load" });
    await isAccessible(page, file);
    const images = await page.$$eval("img", (all) => all.filter((image) => !image.naturalWidth).map(({ src }) => src));
    assert.deepEqual(images, [], `pictures of ${file} that did not load`);
  }
});

test("the stories page leads to About the project, and that leads back", async (t) => {
  const page = await visit(t, shared);
  for (const [name, heading] of [
    ["About the project", "Fabula"],
    ["What the numbers mean", "What Fabula measures, and how far to trust it"],
    ["Stories", "Fabula"],
  ]) {
    const link = await find(page, "link", name);
    await Promise.all([page.waitForNavigation(), link.evaluate((one) => one.click())]);
    assert.equal(await page.$eval("h1", (one) => one.textContent), heading);
  }
  assert.match(page.url(), /\/index\.html$/);
});

test("an old link to a heading of methods.html still leads to it", async (t) => {
  const page = await visit(t, shared, { query: "methods.html", fragment: "#surprise" });
  const top = await page.$eval("#surprise", (one) => one.getBoundingClientRect().top);
  assert.ok(top >= 0 && top < 100, `the heading is at ${top}`);
});
