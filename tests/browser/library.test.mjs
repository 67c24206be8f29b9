// The library: fetched on demand, opened in its own worker, and what it says about the words of a story.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alerts, find, generate, openLibrary, parts, press, ready, said, sees, traced, until } from "./reader.mjs";
import { house, newReader, serve, visit } from "./support.mjs";

const shared = house();
const settings = {
  prompt: "Once upon a time there was a little girl",
  temperature: 0.5,
  top_p: 0.9,
  seed: 4,
  length: 96,
};
const isLibrary = /\.fabulib(\?|$)/;
const phase = (page, wanted) =>
  until(page, `the library ${wanted}`, (p) => document.querySelector(".library")?.dataset.phase === p, wanted);

test("a reader who saves data is offered it with its size, and nothing of it is fetched", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server });
  await ready(page);
  await generate(page, settings);
  await sees(page, "Load the library \\(12\\.9 MB\\)");
  assert.equal(server.requests.filter((url) => isLibrary.test(url)).length, 0);
});

test("it comes by itself after the first story, can be stopped, and is loaded again when asked for", async (t) => {
  const server = await serve(t);
  Object.assign(server, { fault: "slow", faulty: isLibrary });
  const { prompt, temperature, top_p, seed, length } = settings;
  const fragment = `#v=1&rules=1&p=${encodeURIComponent(prompt)}&t=${temperature}&top_p=${top_p}&n=${length}&seed=${seed}`;
  const page = await visit(t, { ...shared, server }, { library: true, fragment });
  await said(page, "hello", 2);
  const done = await said(page, "done");
  const order = await page.evaluate(() => globalThis.said.map(({ type }) => type));
  assert.ok(order.lastIndexOf("hello") > order.indexOf("done"), "it does not compete with the first story");
  await phase(page, "loading");
  await press(page, "Stop loading");
  await phase(page, "offered");
  await sees(page, "You stopped the library");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /You stopped/, "the focus has a place");
  server.fault = "";
  await press(page, "Load the library (12.9 MB)");
  await phase(page, "ready");
  const { numbers } = await traced(page, done.text);
  assert.ok(numbers.new_ngrams_3 > 0, "the first story has its novelty");
});

test("it marks copied spans, names their books, and keeps Novelty current while a story streams", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const opened = await openLibrary(page);
  assert.ok(opened.words > 11e6 && opened.books > 500 && opened.memory_bytes < 200e6, JSON.stringify(opened));
  const done = await generate(page, settings);
  const live = await page.evaluate(() => globalThis.said.filter((m) => m.type === "traced").length);
  const { spans, numbers, percentiles } = await traced(page, done.text);
  assert.ok(live > 0 && spans.length > 0, "a cautious story copies something");
  assert.ok(numbers.new_ngrams_3 > 0 && numbers.new_ngrams_3 < 1 && percentiles.new_ngrams_3 >= 0);
  assert.ok((await parts(page, "Novelty")).filter((text) => /\d/.test(text)).length > 12);

  await (await find(page, "radio", "Where it comes from")).evaluate((radio) => radio.click());
  await page.waitForSelector(".token[data-copied]");
  await (await page.$(".token[data-copied]")).click();
  const dialog = await page.waitForSelector("dialog[open] blockquote mark");
  const folded = (text) =>
    text
      .toLowerCase()
      .match(/[a-z']+/g)
      .join(" ");
  const quoted = folded(await dialog.evaluate((mark) => mark.textContent));
  assert.ok(
    spans.some(({ start, end }) => folded(done.text.slice(start, end)) === quoted),
    quoted,
  );
  await page.keyboard.press("Escape");
  assert.equal(await page.$("dialog[open]"), null, "Escape closes it");
  // By keyboard: the token has the focus again, and Enter opens the same.
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] cite");
});

test("a second visit opens it from this device, without the network", async (t) => {
  const context = await newReader(t, shared);
  const first = await visit(t, shared, { context });
  await ready(first);
  assert.equal((await openLibrary(first)).kept, true);
  shared.server.fault = "drop";
  shared.server.faulty = isLibrary;
  t.after(() => Object.assign(shared.server, { fault: "", faulty: /\.gguf(\?|$)/ }));
  const second = await visit(t, shared, { context });
  await ready(second);
  assert.equal((await said(second, "opened")).from, "cache");
});

for (const [fault, words] of Object.entries({ corrupt: /damaged/, missing: /library\.fabulib/ })) {
  test(`a library that is ${fault} is told where it was offered, and can be tried again`, async (t) => {
    const server = await serve(t);
    Object.assign(server, { fault, faulty: isLibrary });
    const page = await visit(t, { ...shared, server }, { expected: /404|Failed to load resource/ });
    await ready(page);
    await press(page, "Load the library (12.9 MB)");
    await phase(page, "failed");
    assert.match(await page.$eval(".library", (node) => node.textContent), words);
    assert.deepEqual(await alerts(page), []);
    assert.equal((await generate(page, { length: 8 })).token_ids.length, 8, "everything else works");
    server.fault = "";
    await press(page, "Try again");
    await phase(page, "ready");
  });
}
