// The reader's own stories: kept over a reload, named, starred, valued, deleted, and out of the page and back without loss.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { entry } from "./command.mjs";
import { readCsv, saved as savedFile } from "./downloads.mjs";
import {
  choose,
  chosen,
  fillIn,
  find,
  focusIsOn,
  generate,
  meanwhile,
  openLibrary,
  openParts,
  press,
  ready,
  said,
  sees,
  settle,
  story,
  traced,
  until,
} from "./reader.mjs";
import { house, newReader, serve, visit } from "./support.mjs";

const shared = house();
const POET = `poet@${entry.adapters[0].sha256.slice(0, 8)}`;
const settings = { prompt: 'Once there was a "fox", who', temperature: 0.6, top_p: 0.9, seed: 314159, length: 24 };
const names = async (page) =>
  (await find(page, "region", "My stories")).$$eval("li input[type=text]", (all) => all.map((field) => field.value));
const listed = (page, wanted) =>
  until(page, `${wanted} stories in the list`, (n) => document.querySelectorAll("#history li").length === n, wanted);
const notice = (page) => page.$eval("#notices", (node) => node.textContent);

/** Reloads without the link in the address bar, which would write its story again. */
async function reload(page) {
  await page.evaluate(() => history.replaceState(null, "", location.pathname));
  await page.reload({ waitUntil: "load" });
  await ready(page);
}

const saved = async (t, page, name) => (await savedFile(t, page, name)).bytes.toString();

/** Imports a file of this text. */
async function takeIn(t, page, content) {
  const folder = await mkdtemp(path.join(tmpdir(), "fabula-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "stories.json");
  await writeFile(file, content);
  await page.evaluate(() => {
    globalThis.lastNotice = document.querySelector('[data-purpose="import"]');
  });
  // A field for files has no role of its own to be found by; its label names it.
  const field = await page.evaluateHandle(
    () => [...document.querySelectorAll("label")].find((label) => label.textContent === "Import JSON")?.control,
  );
  await field.uploadFile(file);
  await until(page, "the notice of the import", () => {
    const now = document.querySelector('[data-purpose="import"]');
    return now !== null && now !== globalThis.lastNotice && now.textContent !== "";
  });
  return notice(page);
}

test("stories are here again after a reload, with all that the reader said of them", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  await generate(page, { seed: 2 });
  await said(page, "measured", 2);
  await fillIn(page, "textbox", "Name of Story 1", "The door");
  await press(page, "Star The door");
  await (
    await find(page, "radio", "4")
  ).evaluate((radio) => radio.closest("ol").querySelectorAll("li")[1].querySelectorAll("input[type=radio]")[4].click());
  await settle(page);
  await reload(page);
  await listed(page, 2);
  assert.deepEqual(await names(page), ["Story 2", "The door"]);
  assert.equal(
    await (await find(page, "button", "Star The door")).evaluate((star) => star.getAttribute("aria-pressed")),
    "true",
  );
  const group = await find(page, "group", "Value of The door");
  assert.equal(await group.$eval("input:checked", (radio) => radio.value), "4");
  const row = await (await find(page, "region", "My stories")).waitForSelector("button[aria-label^='Read The door']");
  await row.click();
  await settle(page);
  assert.ok((await story(page)).includes(first.text.trim()), "its story");
  assert.deepEqual(await chosen(page), settings, "its settings");
  // The next story is compared with them, and its number goes on.
  const again = await generate(page, settings);
  assert.equal(again.numbers.session_novelty, 0, "nothing in it is new to the session");
  assert.equal((await names(page))[0], "Story 3");
});

test("a stopped story is the same one after a reload, too", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, { ...settings, temperature: 2, top_p: 1, length: 512 });
  const { acted } = await meanwhile(page, "button", "Stop", { tokens: 8 });
  await press(page, "Generate");
  await acted;
  assert.equal((await said(page, "done")).ended, "stopped");
  await settle(page);
  await page.reload({ waitUntil: "load" });
  await said(page, "done");
  await sees(page, "reproduced exactly");
  await openParts(page);
  assert.deepEqual(await names(page), ["Story 1"]);
});

test("a story with every kind of setting survives a reload and the way out and back", async (t) => {
  const fragment =
    `#v=1&p=Once&t=0.9&top_p=0.9&top_k=50&repetition_penalty=1.1&mirostat_tau=4&n=16&seed=3&f=2:300,5:415&adapter=${POET}&strength=0.75` +
    "&chain=penalties,dry,diff_sampling,temperature,top_p,top_k,min_p,typical,top_n_sigma,epsilon,eta,xtc,mirostat";
  const page = await visit(t, shared, { fragment });
  const done = await said(page, "done");
  await said(page, "measured");
  await openParts(page);
  assert.deepEqual(Object.keys(done.settings.options).sort(), ["mirostat_tau", "repetition_penalty", "top_k"]);
  assert.deepEqual(done.settings.forced, [
    [2, 300],
    [5, 415],
  ]);
  assert.equal(done.settings.order[5], "top_k");
  assert.equal(done.mirostat_bits.length, 17);
  assert.deepEqual(done.settings.adapter, { id: POET, strength: 0.75 });
  const file = JSON.parse(await saved(t, page, "Export JSON"));
  assert.deepEqual(file.stories[0].record.settings, done.settings);
  const [row] = readCsv(await saved(t, page, "Export CSV"));
  assert.deepEqual([row["option:top_k"], row["option:mirostat_tau"], row.forced], ["50", "4", "2:300 5:415"]);
  assert.equal(row.order, done.settings.order.join(" "));
  assert.deepEqual([row.adapter, row.strength], [POET, "0.75"]);
  await reload(page);
  await listed(page, 1);
  assert.deepEqual(JSON.parse(await saved(t, page, "Export JSON")).stories, file.stories);
  await press(page, "Delete Story 1");
  await takeIn(t, page, JSON.stringify(file));
  assert.deepEqual(JSON.parse(await saved(t, page, "Export JSON")).stories, file.stories);
});

test("the library is asked about stories of an earlier visit", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  await said(page, "measured");
  await reload(page);
  await openLibrary(page);
  await traced(page, first.text);
  const [{ record, spans }] = JSON.parse(await saved(t, page, "Export JSON")).stories;
  assert.ok(record.numbers.new_ngrams_3 >= 0 && Array.isArray(spans));
  await reload(page);
  await said(page, "opened");
  await settle(page);
  assert.ok(
    !(await page.evaluate((text) => globalThis.said.some((m) => m.asked === text), first.text)),
    "and only once",
  );
});

test("a deleted story can be had back, and then is gone; the focus stays in the list", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await generate(page, { seed: 2 });
  await generate(page, { seed: 3 });
  const remove = await find(page, "button", "Delete Story 2");
  await remove.focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.deepEqual(await names(page), ["Story 3", "Story 1"]);
  assert.equal(await focusIsOn(page), "Delete Story 1");
  await press(page, "Undo");
  await settle(page);
  assert.equal(await focusIsOn(page), "Delete Story 2");
  assert.deepEqual(await names(page), ["Story 3", "Story 2", "Story 1"]);
  await press(page, "Delete Story 2");
  await settle(page);
  await reload(page);
  await listed(page, 2);
  assert.deepEqual(await names(page), ["Story 3", "Story 1"]);
  await generate(page, { seed: 4 });
  assert.equal((await names(page))[0], "Story 4");
});

test("several deleted stories can be had back together", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await generate(page, { seed: 2 });
  await generate(page, { seed: 3 });
  await press(page, "Delete Story 1");
  await press(page, "Delete Story 3");
  await settle(page);
  assert.match(await notice(page), /2 stories were deleted/);
  await press(page, "Undo");
  await settle(page);
  assert.deepEqual(await names(page), ["Story 3", "Story 2", "Story 1"]);
  await press(page, "Delete Story 1");
  await settle(page);
  assert.match(await notice(page), /Story 1 was deleted/);
});

test("deleting the story that is shown shows another one, and a reload does not write it again", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  await generate(page, { seed: 2 });
  await said(page, "measured", 2);
  await press(page, "Delete Story 2");
  await settle(page);
  assert.ok((await story(page)).includes(first.text.trim()));
  await page.reload({ waitUntil: "load" });
  await ready(page);
  await listed(page, 1);
  // A story of the link would be written before the next one.
  await generate(page, { seed: 9 });
  assert.deepEqual(await names(page), ["Story 2", "Story 1"]);
});

test("only the starred ones, by keyboard", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, { ...settings, length: 8 });
  await generate(page, { seed: 2 });
  await (await find(page, "button", "Star Story 1")).focus();
  await page.keyboard.press("Space");
  await (await find(page, "checkbox", "Starred only")).focus();
  await page.keyboard.press("Space");
  await settle(page);
  assert.deepEqual(await names(page), ["Story 1"]);
});

test("out of the page and back without loss: JSON", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await generate(page, { seed: 2, temperature: 1.7 });
  await said(page, "measured", 2);
  await fillIn(page, "textbox", "Name of Story 2", "“Quotes”, commas\u2028 and 𝒢");
  await press(page, "Star Story 1");
  const file = JSON.parse(await saved(t, page, "Export JSON"));
  assert.deepEqual([file.format, file.version, file.stories.length], ["fabula-stories", 1, 2]);
  assert.match(file.exported, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.match(await takeIn(t, page, JSON.stringify(file)), /2 stories were here already/);

  await press(page, "Delete all…");
  await (
    await page.waitForSelector("dialog[open]")
  )
    .waitForSelector("::-p-aria([name='Delete all'][role='button'])")
    .then((button) => button.click());
  await listed(page, 0);
  await reload(page);
  await listed(page, 0);
  assert.match(await takeIn(t, page, JSON.stringify(file)), /2 stories imported/);
  await listed(page, 2);
  assert.deepEqual(JSON.parse(await saved(t, page, "Export JSON")).stories, file.stories);
  await reload(page);
  await listed(page, 2);
  assert.deepEqual(JSON.parse(await saved(t, page, "Export JSON")).stories, file.stories, "also after a reload");
});

test("a file that is refused is told, and of one that is partly broken the rest is taken, as text", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await said(page, "measured");
  const file = JSON.parse(await saved(t, page, "Export JSON"));
  assert.match(await takeIn(t, page, "[1, 2, 3]"), /Nothing was imported.*no stories of Fabula/);
  assert.deepEqual(await names(page), ["Story 1"]);
  const script = "<img src=x onerror=\"console.error('ran')\">";
  const [one] = file.stories;
  file.stories = [
    { ...one, key: "other", name: script, record: { ...one.record, text: script } },
    { ...one, key: "third", rating: "many" },
  ];
  assert.match(
    await takeIn(t, page, JSON.stringify(file)),
    /1 story imported.*1 story could not be read[^]*Story 2 of the file: rating/,
  );
  assert.deepEqual(await names(page), [script, "Story 1"]);
  await (await page.waitForSelector(`button[aria-label^="Read <img"]`)).click();
  await settle(page);
  assert.equal(await page.$("img[src='x']"), null, "text is only text");
});

const refusals = {
  "there is no database": [
    () => {
      Object.defineProperty(globalThis, "indexedDB", { value: undefined });
    },
    /does not let the page store/,
  ],
  "opening is forbidden": [
    () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("no", "SecurityError");
      };
    },
    /does not let the page store/,
  ],
  "opening never ends": [
    () => {
      IDBFactory.prototype.open = () =>
        Object.assign(Object.create(IDBOpenDBRequest.prototype), { addEventListener() {}, removeEventListener() {} });
    },
    /does not answer/,
  ],
  "the storage is full": [
    () => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    },
    /is full/,
  ],
};
for (const [name, [spoil, words]] of Object.entries(refusals)) {
  test(`where ${name}, the page works, says so once and offers the export`, async (t) => {
    const page = await visit(t, shared, { hurried: 8, before: (p) => p.evaluateOnNewDocument(spoil) });
    await ready(page);
    const done = await generate(page, settings);
    assert.equal(done.token_ids.length, 24);
    await until(page, "the notice", () => document.querySelector('[data-purpose="archive"]') !== null);
    assert.match(await notice(page), words);
    assert.match(await notice(page), /will not be here/);
    await press(page, "Dismiss");
    await generate(page, { seed: 2 });
    assert.equal(await page.$('[data-purpose="archive"]'), null, "told once");
    assert.match(await page.$eval("#history", (node) => node.textContent), /Not kept/);
    assert.equal(JSON.parse(await saved(t, page, "Export JSON")).stories.length, 2);
  });
}

test("a story that a full storage refuses does not bring deleted ones back", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await generate(page, { seed: 2 });
  await said(page, "measured", 2);
  await reload(page);
  await listed(page, 2);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await generate(page, { seed: 3 });
  await until(page, "the notice", () => document.querySelector('[data-purpose="archive"]') !== null);
  await press(page, "Delete Story 1");
  await settle(page);
  await reload(page);
  await listed(page, 1);
  assert.deepEqual(await names(page), ["Story 2"]);
});

test("a storage that answers late is used all the same", async (t) => {
  const context = await newReader(t, shared);
  const first = await visit(t, shared, { context });
  await ready(first);
  await generate(first, { ...settings, seed: 1 });
  await until(first, "the story kept", () =>
    /kept in this browser/i.test(document.querySelector("#history").textContent),
  );
  await first.close();

  const late = () => {
    globalThis.held = [];
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name, ...rest) {
      const request = open.call(this, name, ...rest);
      if (name !== "fabula") return request;
      const add = request.addEventListener.bind(request);
      request.addEventListener = (type, listener) =>
        add(type, (event) => (type === "success" ? globalThis.held.push(() => listener(event)) : listener(event)));
      return request;
    };
  };
  const page = await visit(t, shared, { context, hurried: 8, before: (p) => p.evaluateOnNewDocument(late) });
  await ready(page);
  await generate(page, { ...settings, seed: 2 });
  await until(page, "the notice", () => document.querySelector('[data-purpose="archive"]') !== null);
  assert.match(await notice(page), /does not answer/);
  await page.evaluate(() => globalThis.held.forEach((answer) => answer()));
  await until(
    page,
    "both stories",
    () => document.querySelectorAll("#history button[aria-label^='Read ']").length === 2,
  );
  await until(
    page,
    "the story that was written meanwhile",
    () =>
      new Promise((resolve) => {
        indexedDB.open("fabula").onsuccess = ({ target: { result } }) =>
          (result.transaction("stories").objectStore("stories").getAllKeys().onsuccess = (event) => {
            result.close();
            resolve(event.target.result.length === 2);
          });
      }),
  );
  assert.doesNotMatch(await page.$eval("#history", (node) => node.textContent), /Not kept/);
  assert.equal(await page.$('[data-purpose="archive"]'), null, "and it is no longer said that they will be lost");
});

test("a tab with a newer version of the page takes the storage, and this one says so", async (t) => {
  const context = await newReader(t, shared);
  const page = await visit(t, shared, { context });
  await ready(page);
  await generate(page, settings);
  const upgrade = () =>
    page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open("fabula", 99);
          request.onsuccess = () => {
            request.result.close();
            resolve();
          };
          request.onerror = () => reject(request.error);
        }),
    );
  await upgrade();
  await until(page, "the notice", () => document.querySelector('[data-purpose="archive"]') !== null);
  assert.match(await notice(page), /newer version/);
  const older = await visit(t, shared, { context });
  await ready(older);
  await until(older, "the state", () => /newer version/.test(document.querySelector("#history").textContent));
  assert.equal((await generate(older, { length: 8 })).token_ids.length, 8);
});

test("two tabs keep their stories beside each other", async (t) => {
  const context = await newReader(t, shared);
  const one = await visit(t, shared, { context });
  await ready(one);
  const other = await visit(t, shared, { context });
  await ready(other);
  await one.bringToFront();
  await generate(one, { ...settings, length: 8 });
  await other.bringToFront();
  await generate(other, { ...settings, seed: 2, length: 8 });
  await settle(other);
  await reload(other);
  await listed(other, 2);
  assert.deepEqual(await names(other), ["Story 2", "Story 1"], "no number twice");
});

test("many stories leave neither rows nor answers behind", { timeout: 300_000 }, async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server });
  await ready(page);
  await generate(page, { ...settings, length: 8 });
  const file = JSON.parse(await saved(t, page, "Export JSON"));
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  const before = await nodes();
  file.stories = Array.from({ length: 200 }, (_, index) => ({
    ...file.stories[0],
    key: `copy-${index}`,
    number: index + 2,
  }));
  await takeIn(t, page, JSON.stringify(file));
  await listed(page, 50);
  await press(page, "Show older ones");
  await listed(page, 100);
  await press(page, "Delete all…");
  await (
    await page.waitForSelector("dialog[open]")
  )
    .waitForSelector("::-p-aria([name='Delete all'][role='button'])")
    .then((button) => button.click());
  await listed(page, 0);
  await generate(page);
  await press(page, "Dismiss");
  await settle(page);
  const after = await nodes();
  assert.ok(Math.abs(after - before) < 30, `${before} elements before, ${after} after`);
});
