import assert from "node:assert/strict";
import { test } from "node:test";
import { alerts, count, generate, press, ready, said, sees, story } from "./reader.mjs";
import { house, newReader, serve, visit } from "./support.mjs";

const shared = house();
const network = /Failed to load resource|net::ERR|404|\.gguf/;

test("before the model is ready there is a labelled example and a progress bar", async (t) => {
  const server = await serve(t);
  server.fault = "hang";
  const page = await visit(t, { ...shared, server });
  await said(page, "progress");
  await sees(page, "example");
  assert.ok((await story(page)).trim().length > 100, "the example has a story");
  const bar = await page.waitForSelector("::-p-aria([role='progressbar'])");
  assert.ok(bar);
  await sees(page, "MB");
  await sees(page, "\\d+\\s*%");
});

test("the second visit takes the model from Cache Storage", async (t) => {
  const context = await newReader(t, shared);
  const first = await visit(t, shared, { context });
  const fetched = await ready(first);
  assert.equal(fetched.from, "network");
  assert.equal(fetched.kept, true);
  const before = shared.server.modelRequests();
  assert.ok(before >= 1);
  const second = await visit(t, shared, { context });
  assert.equal((await ready(second)).from, "cache");
  assert.equal(shared.server.modelRequests(), before, "no second request for the model");
  assert.equal((await generate(second, { length: 8 })).token_ids.length, 8);
});

test("a damaged copy in Cache Storage is noticed and fetched anew", async (t) => {
  const context = await newReader(t, shared);
  const first = await visit(t, shared, { context });
  await ready(first);
  const damaged = await first.evaluate(async () => {
    let changed = 0;
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const held = await cache.match(request);
        const bytes = new Uint8Array(await held.arrayBuffer());
        if (bytes.length < 50_000) continue;
        bytes[bytes.length >> 1] ^= 1;
        await cache.put(request, new Response(bytes, { headers: held.headers }));
        changed += 1;
      }
    }
    return changed;
  });
  assert.ok(damaged >= 1);
  const second = await visit(t, shared, { context });
  assert.equal((await ready(second)).from, "network");
});

const faults = {
  corrupt: "a model file with one wrong bit",
  missing: "a model file that is not there",
  drop: "a connection that ends in the middle",
};
for (const [fault, title] of Object.entries(faults)) {
  test(`${title} gives a clear message, and Retry works once it is mended`, async (t) => {
    const server = await serve(t);
    server.fault = fault;
    const page = await visit(t, { ...shared, server }, { expected: network });
    const error = await said(page, "error");
    assert.match(error.code, fault === "corrupt" ? /corrupt/ : /network|offline/);
    await page.waitForSelector('[role="alert"]', { visible: true });
    assert.ok((await alerts(page)).join(" ").length > 20);
    assert.ok((await story(page)).trim().length > 100, "the example is still there");
    server.fault = "";
    await press(page, "Retry");
    await ready(page);
    assert.deepEqual(await alerts(page), [], "the message is gone");
    assert.equal((await generate(page, { length: 8 })).token_ids.length, 8);
  });
}

for (const [fault, title] of Object.entries({ corrupt: "damaged", missing: "not there" })) {
  test(`a tokenizer that is ${title} is told before the model has come`, async (t) => {
    const server = await serve(t);
    Object.assign(server, { fault, faulty: /tokenizer/ });
    const page = await visit(t, { ...shared, server }, { expected: /404|Failed to load resource/ });
    const error = await said(page, "error");
    assert.match(error.message, /tokenizer/);
    server.fault = "";
    await press(page, "Retry");
    await ready(page);
  });
}

test("where the browser stores nothing, the model works and the page says that it is not kept", async (t) => {
  const server = await serve(t);
  server.prelude = "Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));";
  const page = await visit(t, { ...shared, server });
  const model = await ready(page);
  assert.equal(model.kept, false);
  assert.ok(model.note.length > 20);
  assert.equal(await count(page, "error"), 0);
  assert.equal((await generate(page, { length: 8 })).token_ids.length, 8);
});

test("offline at the first visit: the message says so, and Retry works later", async (t) => {
  const server = await serve(t);
  server.fault = "hang";
  const page = await visit(t, { ...shared, server }, { expected: network });
  await said(page, "progress");
  server.fault = "drop";
  // Every worker has its own network: ending the connections reaches them all.
  await page.setOfflineMode(true);
  server.cut();
  const error = await said(page, "error");
  assert.match(error.code, /network|offline/);
  assert.ok((await alerts(page)).join(" ").length > 20);
  server.fault = "";
  await page.setOfflineMode(false);
  await press(page, "Retry");
  await ready(page);
});

const lacking = {
  WebAssembly: () => {
    globalThis.WebAssembly = undefined;
  },
  "WebAssembly SIMD": () => {
    WebAssembly.validate = () => false;
  },
};
for (const [what, take] of Object.entries(lacking)) {
  test(`a browser without ${what} is told so`, async (t) => {
    const page = await visit(t, shared, { before: (p) => p.evaluateOnNewDocument(take) });
    await page.waitForSelector('[role="alert"]', { visible: true });
    assert.ok((await alerts(page)).join(" ").includes(what));
    assert.ok((await story(page)).trim().length > 100, "the example is still there");
  });
}

test("?simd= chooses the engine's module, and the page says which kernel runs", async (t) => {
  const stories = {};
  for (const [simd, kernel] of Object.entries({ plain: /^SIMD128$/, relaxed: /relaxed/i })) {
    const page = await visit(t, shared, { query: `?simd=${simd}` });
    const model = await ready(page);
    assert.match(model.kernel, kernel);
    stories[simd] = (await generate(page, { length: 24, seed: 7 })).token_ids;
    await (await page.waitForSelector("summary::-p-text(Where it comes from)")).click();
    const shown = await page.$eval("#about", (about) => about.innerText);
    assert.ok(shown.includes(model.kernel), shown);
    assert.match(shown, /revision \d/);
  }
  assert.deepEqual(stories.plain, stories.relaxed);
});

test("an unknown ?simd= changes nothing", async (t) => {
  const page = await visit(t, shared, { query: "?simd=fast" });
  assert.match((await ready(page)).kernel, /SIMD/);
});
