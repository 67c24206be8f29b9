// Adapters on the stories' page: the Poet by its slider, files of the reader's own, and what the page says where one does not come.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { entry, generated, compared } from "./command.mjs";
import {
  alerts,
  atRest,
  dial,
  copiedLink,
  count,
  fillIn,
  find,
  focusIsOn,
  generate,
  press,
  ready,
  said,
  sees,
  setSlider,
  settle,
  unfold,
  until,
} from "./reader.mjs";
import { ROOT, house, serve, visit } from "./support.mjs";

const shared = house();
const [poet] = entry.adapters;
const POET = { id: `poet@${poet.sha256.slice(0, 8)}`, strength: 0.75 };
const settings = {
  prompt: "The moon came up above the silent town,",
  temperature: 0.8,
  top_p: 0.95,
  seed: 42,
  length: 24,
};
const files = ["adapter_config.json", "adapter_model.safetensors"].map((name) => path.join(ROOT, "models/poet", name));

/** Chooses in the list by its words. */
async function pick(page, words) {
  const list = await find(page, "combobox", "Adapter");
  const value = await list.evaluate(
    (all, text) => [...all.options].find((option) => option.text.includes(text))?.value,
    words,
  );
  assert.notEqual(value, undefined, `${words} is in the list`);
  await list.select(value);
}
const picked = async (page) =>
  (await find(page, "combobox", "Adapter")).evaluate((list) => list.selectedOptions[0].text);
const strength = async (page) => (await find(page, "slider", "Strength")).evaluate((slider) => Number(slider.value));
/** What the page says of the adapter, beside its controls. */
const told = async (page) => (await find(page, "group", "Adapter")).evaluate((group) => group.innerText);
const tells = (page, words) =>
  until(
    page,
    `the adapter's ${words}`,
    (w) => new RegExp(w, "i").test(document.querySelector('[role="group"][aria-labelledby="adapter-label"]').innerText),
    words,
  );

/** A field for files has no role of its own to be found by; its name does. */
async function open(page, paths) {
  const field = await page.waitForSelector("input[type=file][aria-label='Open… files of an adapter']");
  await field.uploadFile(...paths);
}

async function folder(t) {
  const made = await mkdtemp(path.join(tmpdir(), "fabula-adapter-"));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The Poet with one weight changed: another adapter, which the server does not have. */
async function ownFiles(t, name, byte = -1) {
  const made = await folder(t);
  const weights = await readFile(files[1]);
  weights[weights.length + byte * 2] ^= 1;
  const [config, changed] = [path.join(made, "adapter_config.json"), path.join(made, name)];
  await writeFile(config, await readFile(files[0]));
  await writeFile(changed, weights);
  return [config, changed];
}

const requests = (server) => server.requests.filter((url) => url.includes("adapter_model")).length;

test("the Poet is fetched when it is chosen, its strength is in the link, and the link replays it exactly", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server });
  await ready(page);
  assert.equal(await picked(page), "None");
  const plain = await generate(page, settings);
  assert.equal(plain.settings.adapter, undefined);
  assert.equal(requests(server), 0, "nobody has asked for it");

  await pick(page, "The Poet");
  await tells(page, "look of verse");
  assert.equal(requests(server), 1);
  assert.equal(await count(page, "started"), 1, "no story begins by itself");
  await setSlider(page, "Strength", POET.strength);
  await tells(page, "75%");
  assert.equal(await count(page, "started"), 1, "nor by the slider");
  const story = await generate(page, settings);
  assert.deepEqual(story.settings.adapter, POET);
  assert.notEqual(story.digest, plain.digest);
  assert.equal(requests(server), 1, "the engine takes it from the cache");
  await sees(page, "Seed 42 · poet 75%");

  const { hash } = new URL(await copiedLink(page));
  const fields = new URLSearchParams(hash.slice(1));
  assert.deepEqual([fields.get("adapter"), fields.get("strength"), fields.get("x")], [POET.id, "0.75", story.digest]);
  const other = await visit(t, { ...shared, server }, { fragment: hash });
  await ready(other);
  const replayed = await said(other, "done");
  await sees(other, "reproduced exactly");
  assert.deepEqual(replayed.token_ids, story.token_ids);
  assert.deepEqual([await picked(other), await strength(other)], ["The Poet", POET.strength]);
  assert.deepEqual(await alerts(other), []);
});

test("the model without the Poet judges its stories, too, to the bit as on the command line", compared, async (t) => {
  const page = await visit(t, shared, {
    fragment: `#v=1&p=The+moon+rose&t=0.8&top_p=0.95&n=64&seed=3&adapter=${POET.id}&strength=1`,
  });
  await ready(page);
  const { numbers } = await said(page, "measured");
  const poetry = ["--adapter", "models/poet", "--strength", 1];
  const settled = ["--prompt", "The moon rose", "--temperature", 0.8, "--top-p", 0.95, "--seed", 3, "--tokens", 64];
  const { numbers: here } = generated(...poetry, ...settled);
  const names = Object.keys(numbers).filter((name) => name.startsWith("base_"));
  assert.ok(names.includes("base_slor_per_word_bits") && names.includes("base_perplexity"), names.join());
  for (const name of names) assert.equal(numbers[name], here[name], name);
  await sees(page, "Judged by the model without the adapter");
  const steps = Math.abs(numbers.base_coherence).toFixed(1);
  assert.ok((await dial(page, "Coherence")).includes(`${steps} step`), steps);
  // The model's own stories have one judge.
  await pick(page, "None");
  await generate(page, settings);
  await sees(page, "so its numbers say little");
  await until(page, "no second opinion", () => !document.body.innerText.includes("the model without the adapter"));
});

test("strength 0 is the model itself, and a strength between two steps is kept", async (t) => {
  const page = await visit(t, shared, {
    fragment: `#v=1&p=Once&t=0.8&top_p=0.95&n=16&seed=3&adapter=${POET.id}&strength=0.333`,
  });
  await ready(page);
  assert.equal((await said(page, "done")).settings.adapter.strength, 0.333);
  await sees(page, "poet 33.3%");
  const base = await generate(page, settings).then(async (half) => {
    assert.equal(half.settings.adapter.strength, 0.333, "the form keeps it too");
    await setSlider(page, "Strength", 0);
    await tells(page, "model itself, to the bit");
    return generate(page);
  });
  assert.deepEqual(base.settings.adapter, { id: POET.id, strength: 0 });
  await pick(page, "None");
  const plain = await generate(page);
  assert.equal(plain.settings.adapter, undefined);
  assert.deepEqual(plain.token_ids, base.token_ids);
  assert.deepEqual(plain.surprisal_bits, base.surprisal_bits);
});

test("while the Poet is on its way, the model writes without it; a story that asks for it waits", async (t) => {
  const server = await serve(t);
  Object.assign(server, { fault: "hang", faulty: /adapter_model/ });
  const page = await visit(t, { ...shared, server }, { expected: /adapter_model|ERR_/ });
  await ready(page);
  await pick(page, "The Poet");
  await tells(page, "\\d\\.\\d of 0\\.9 MB");
  assert.ok(await find(page, "progressbar", "Fetching the adapter"));
  await press(page, "Generate");
  await sees(page, "Will start when the adapter has come");
  assert.equal(await count(page, "started"), 0);
  // The waiting story takes what the form says, so that it begins now.
  await pick(page, "None");
  assert.equal((await said(page, "done")).settings.adapter, undefined);
  await pick(page, "The Poet");
  await press(page, "Generate");
  await press(page, "Stop");
  server.cut();
  await tells(page, "connection broke");
  assert.equal(await count(page, "started"), 1, "the story was given up");
});

test("looking at another story changes nothing of the one that waits", async (t) => {
  const server = await serve(t);
  Object.assign(server, { fault: "hang", faulty: /adapter_model/ });
  const page = await visit(t, { ...shared, server }, { expected: /adapter_model|ERR_/ });
  await ready(page);
  await generate(page, { ...settings, seed: 5 });
  await pick(page, "The Poet");
  await fillIn(page, "spinbutton", "Seed", "6");
  await press(page, "Generate");
  await sees(page, "Will start when the adapter has come");
  await (await page.waitForSelector("button[aria-label^='Read Story 1']")).click();
  await settle(page);
  assert.equal(
    await (await find(page, "spinbutton", "Seed")).evaluate((field) => field.value),
    "5",
    "the form is the story's",
  );
  await said(page, "looked");
  await until(
    page,
    "the chart of the story that is shown",
    () => document.querySelector("#lens .chart:not([data-empty])") !== null,
  );
  await sees(page, "Will start when the adapter has come");
  assert.equal(await count(page, "started"), 1, "nothing was written but the first");
  await press(page, "Stop");
  server.cut();
});

test("an adapter that does not come is told of, and comes when it is tried again", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server }, { expected: /404|Failed to load|adapter_model|ERR_/ });
  await ready(page);
  for (const [fault, words] of Object.entries({
    missing: "does not give out adapter_model",
    corrupt: "arrived damaged",
    drop: "connection broke",
  })) {
    Object.assign(server, { fault, faulty: /adapter_model/ });
    if (fault === "missing") await pick(page, "The Poet");
    else await press(page, "Try again");
    await tells(page, words);
  }
  // A story asks once more, and says why it is not written.
  await press(page, "Generate");
  await until(page, "a message", () => document.querySelector('[role="alert"]') !== null);
  assert.match((await alerts(page)).join(), /connection broke/);
  server.fault = "";
  await press(page, "Try again");
  await tells(page, "look of verse");
  assert.equal((await generate(page, settings)).settings.adapter.id, POET.id);
  assert.deepEqual(await alerts(page), []);
});

test("without storage the engine fetches the Poet itself", async (t) => {
  const server = await serve(t);
  server.prelude = "Reflect.deleteProperty(globalThis, 'caches');";
  const page = await visit(
    t,
    { ...shared, server },
    { before: (p) => p.evaluateOnNewDocument(() => Reflect.deleteProperty(globalThis, "caches")) },
  );
  await ready(page);
  await pick(page, "The Poet");
  assert.equal((await generate(page, settings)).settings.adapter.id, POET.id);
});

test("a story of the Poet is looked into, branched and compared as it was written", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await pick(page, "The Poet");
  await setSlider(page, "Strength", POET.strength);
  const story = await generate(page, settings);
  await sees(page, "model with poet 75%");
  const chart = () =>
    page.evaluate(() =>
      globalThis.said
        .findLast((message) => message.type === "looked")
        ?.candidates.map(({ token, probability }) => [token, probability]),
    );
  await said(page, "measured", 2);
  await atRest(page);
  const before = await chart();
  // The form is for the next story; the chart stays what it was.
  await setSlider(page, "Strength", 1.5);
  await sees(page, "model with poet 75%, as this story was written");
  await settle(page);
  assert.deepEqual(await chart(), before);
  await pick(page, "None");
  await sees(page, "model with poet 75%, as this story was written");

  await (await page.$$(".token"))[5].click();
  await fillIn(page, "textbox", "Your own word", "silver");
  await press(page, "Branch");
  const branch = await said(page, "done", 3);
  assert.deepEqual(branch.settings.adapter, POET);
  assert.deepEqual(branch.token_ids.slice(0, 5), story.token_ids.slice(0, 5));
  assert.deepEqual([await picked(page), await strength(page)], ["The Poet", POET.strength]);

  await press(page, "Compare");
  await (await page.waitForSelector("button[aria-label^='Read Story 1']")).click();
  const rows = await (
    await find(page, "table", "Settings that differ")
  ).$$eval("tbody tr", (all) => all.map((row) => row.innerText.split("\t").map((text) => text.trim())));
  assert.deepEqual(
    rows.filter(([name]) => /Adapter|Strength/.test(name)),
    [
      ["Adapter", POET.id, "none"],
      ["Strength", "75%", "–"],
    ],
  );
  assert.equal(await picked(page), "None", "the form shows the settings of the story that is chosen");
});

test("table and filter know the adapter and its strength", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  /** The adapter of each story of the reader's own, by the table; null without a column. */
  const shown = async () => {
    await settle(page);
    return (await find(page, "table", "Generations")).evaluate((table) => {
      const at = [...table.tHead.rows[0].cells].findIndex(({ textContent }) => textContent === "Adapter");
      const own = [...table.tBodies[0].rows].filter((row) => /^(★)?Story/.test(row.querySelector("th").textContent));
      return own.map(({ cells }) => cells[at]?.textContent ?? null);
    });
  };
  await generate(page, settings);
  assert.deepEqual(await shown(), [null], "no column for what no story has");
  await pick(page, "The Poet");
  await generate(page, settings);
  await setSlider(page, "Strength", 0.5);
  await generate(page, settings);
  assert.deepEqual(await shown(), ["poet 50%", "poet 100%", "–"]);
  await unfold(page);
  const filter = await (
    await find(page, "group", "Filter of map and table")
  ).waitForSelector("::-p-aria([name='Adapter'][role='combobox'])");
  const choices = await filter.$$eval("option", (all) => all.map(({ text }) => text));
  assert.deepEqual(choices, ["any, or none", "none", "any", "poet"]);
  await filter.select(POET.id);
  assert.deepEqual(await shown(), ["poet 50%", "poet 100%"]);
  await fillIn(page, "spinbutton", "Strength to, in percent", "60");
  assert.deepEqual(await shown(), ["poet 50%"]);
});

test("a story of the Poet that was kept can be read and looked into at the next visit", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await pick(page, "The Poet");
  await setSlider(page, "Strength", POET.strength);
  await generate(page, settings);
  await said(page, "measured");
  // A link in the address writes its story again, as for every setting; without one the kept story is there to be read.
  await page.evaluate(() => history.replaceState(null, "", location.pathname));
  await page.reload({ waitUntil: "load" });
  await ready(page);
  await (await page.waitForSelector("button[aria-label^='Read Story 1']")).click();
  assert.deepEqual([await picked(page), await strength(page)], ["The Poet", POET.strength]);
  // The new engine has not seen the adapter yet, and the chart needs it.
  await said(page, "looked");
  await sees(page, "model with poet 75%");
});

test("an adapter of the reader's own writes; its link asks whoever follows it for the files", async (t) => {
  const own = await ownFiles(t, "mine.safetensors");
  const page = await visit(t, shared);
  await ready(page);
  await open(page, own);
  const { adapter } = await said(page, "adapter_ready");
  assert.match(adapter.id, /^mine@[0-9a-f]{8}$/);
  await settle(page);
  assert.equal(await picked(page), `${adapter.id} (yours)`);
  assert.match(await told(page), /in this tab only/);
  const story = await generate(page, settings);
  assert.deepEqual(story.settings.adapter, { id: adapter.id, strength: 1 });
  const { hash } = new URL(await copiedLink(page));
  await sees(page, "Who follows it needs the adapter’s files");

  const other = await visit(t, shared, { fragment: hash });
  await ready(other);
  await sees(other, `This story takes the adapter ${adapter.id}`);
  await sees(other, `Will start when the files of ${adapter.id} are here`);
  assert.match(await told(other), new RegExp(`The files of ${adapter.id} are not here`));
  assert.equal(await count(other, "started"), 0);
  // Of other weights of the house model, too.
  const older = await visit(t, shared, { fragment: hash.replace(/fable-9m@[0-9a-f]{8}/, "fable-9m@00000000") });
  await ready(older);
  await sees(older, `This story takes the adapter ${adapter.id}`);
  await sees(older, "It will not be the same: the link was made with the model fable-9m@00000000, this is fable-9m@");
  assert.ok(!(await other.evaluate(() => document.body.innerText)).includes("It will not be the same"));
  await open(other, await ownFiles(t, "another.safetensors", -2));
  await until(other, "a message", () => document.querySelector('[role="alert"]') !== null);
  assert.match(
    (await alerts(other)).join(),
    new RegExp(`These files are the adapter another@[0-9a-f]{8}; the story waits for ${adapter.id}`),
  );
  await open(other, own);
  assert.deepEqual((await said(other, "done")).token_ids, story.token_ids);
  await sees(other, "reproduced exactly");
  assert.equal(await picked(other), `${adapter.id} (yours)`);
  assert.deepEqual(await alerts(other), []);
});

test("own files are opened while a story is measured, and go to an engine that is started anew", async (t) => {
  const own = await ownFiles(t, "mine.safetensors");
  const server = await serve(t);
  server.prelude =
    "addEventListener('message', ({ data }) => { if (data.settings?.prompt === 'Die!') throw new Error('on purpose'); });";
  const page = await visit(t, { ...shared, server }, { expected: /on purpose/ });
  await ready(page);
  await generate(page, { ...settings, length: 200 });
  await open(page, own);
  const { adapter } = await said(page, "adapter_ready");
  const story = await generate(page, settings);
  assert.equal(story.settings.adapter.id, adapter.id);
  await fillIn(page, "textbox", "Prompt", "Die!");
  await press(page, "Generate");
  await press(page, "Start again");
  await said(page, "adapter_ready", 2);
  assert.deepEqual((await generate(page, settings)).token_ids, story.token_ids);
});

test("files that are no adapter of this model are refused with the reason, and nothing is lost", async (t) => {
  const made = await folder(t);
  const write = async (name, bytes) => {
    await writeFile(path.join(made, name), bytes);
    return path.join(made, name);
  };
  const corpus = (name) => path.join(ROOT, "tests/corpus", name);
  const weights = await readFile(files[1]);
  const cut = await write("cut.safetensors", weights.subarray(0, 5000));
  const dora = await write(
    "adapter_config.json",
    JSON.stringify({ ...JSON.parse(await readFile(files[0], "utf8")), use_dora: true }),
  );
  const page = await visit(t, shared);
  await ready(page);
  await pick(page, "The Poet");
  await tells(page, "look of verse");
  const refused = {
    "the weights alone": [[files[1]], /adapter_config\.json is missing/],
    "a file that was cut": [[files[0], cut], /cannot be used/],
    "one of another model": [
      [corpus("adapter_config.json"), corpus("tiny.adapter.safetensors")],
      /cannot be used: .*shape .* is needed for this model/,
    ],
    "one of a kind that is not supported": [[dora, files[1]], /use_dora is true/],
  };
  for (const [name, [paths, words]] of Object.entries(refused)) {
    await page.evaluate(() => document.querySelector('[data-purpose="adapter"]')?.remove());
    await open(page, paths);
    await until(
      page,
      `a message about ${name}`,
      () => document.querySelector('[data-purpose="adapter"][role="alert"] p') !== null,
    );
    assert.match((await alerts(page)).join(), words, name);
    assert.equal(await picked(page), "The Poet", name);
  }
  await tells(page, "look of verse");
  assert.equal((await generate(page, settings)).settings.adapter.id, POET.id);
});

test("files can be dropped anywhere on the page", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const texts = await Promise.all(
    (await ownFiles(t, "dropped.safetensors")).map(async (file) => [
      path.basename(file),
      (await readFile(file)).toString("base64"),
    ]),
  );
  const drop = (type) =>
    page.evaluate(
      (kind, all) => {
        const data = new DataTransfer();
        for (const [name, text] of all)
          data.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
        const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data });
        document.querySelector("h1").dispatchEvent(event);
        return event.defaultPrevented;
      },
      type,
      texts,
    );
  assert.ok(await drop("dragover"), "the page takes it, and the browser does not leave for the file");
  assert.ok(await drop("drop"));
  const { adapter } = await said(page, "adapter_ready");
  await settle(page);
  assert.equal(await picked(page), `${adapter.id} (yours)`);
});

test("from the list to a story of the Poet, by keyboard alone", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  // The part that it is in is folded until the reader opens it.
  await page.$eval("#samplers", (samplers) => {
    samplers.open = false;
    samplers.querySelector("summary").focus();
  });
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const list = await find(page, "combobox", "Adapter");
  assert.ok(await list.evaluate((node) => node === document.activeElement), "the list comes first in it");
  // By its first letter, as in every list.
  await page.keyboard.type("T");
  if ((await picked(page)) === "None") await page.keyboard.press("Enter");
  await tells(page, "look of verse");
  await page.keyboard.press("Tab");
  assert.match(await focusIsOn(page), /Open… files of an adapter/);
  await page.keyboard.press("Tab");
  const slider = await find(page, "slider", "Strength");
  assert.ok(await slider.evaluate((node) => node === document.activeElement));
  await page.keyboard.press("ArrowLeft");
  assert.equal(await strength(page), 0.95);
  await page.keyboard.press("Home");
  assert.equal(await slider.evaluate((node) => node.ariaValueText), "0%, the model itself");
  await page.keyboard.press("End");
  assert.equal(await strength(page), 1.5);
  await (await find(page, "textbox", "Prompt")).focus();
  await page.keyboard.down("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Control");
  assert.deepEqual((await said(page, "done")).settings.adapter, { id: POET.id, strength: 1.5 });
});

test("axe finds nothing: an adapter that did not come, its story, a wrong file", async (t) => {
  const server = await serve(t);
  Object.assign(server, { fault: "missing", faulty: /adapter_model/ });
  const page = await visit(t, { ...shared, server }, { expected: /404|Failed to load/ });
  await ready(page);
  await pick(page, "The Poet");
  await tells(page, "does not give out");
  await isAccessible(page, "when it did not come");
  server.fault = "";
  await press(page, "Try again");
  await tells(page, "look of verse");
  await generate(page, settings);
  await unfold(page);
  await isAccessible(page, "with a story of the Poet");
  await open(page, [files[0]]);
  await until(page, "a message", () => document.querySelector('[role="alert"]') !== null);
  await isAccessible(page, "after a wrong file");
});
