// The page of experiments: from one click to rows, findings, exports and a link that repeats it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { compared } from "./command.mjs";
import { saved } from "./downloads.mjs";
import {
  LONG,
  SMALL,
  cells,
  commandRows,
  failing,
  fillForm,
  finish,
  follow,
  formed,
  json,
  open,
  reaches,
  replays,
  status,
  tellsOfFailure,
  told,
} from "./experiments.mjs";
import { alerts, find, openLibrary, press, unfold, until } from "./reader.mjs";
import { house, serve } from "./support.mjs";

const shared = house();

test("a sweep runs to its end, and its rows are the command line's", compared, async (t) => {
  const page = await open(t, shared);
  assert.match(await status(page), /^280 stories \(7 × 5 cells of 8\), about /, "the defaults can be run at once");
  await fillForm(page, SMALL);
  await reaches(page, "^8 stories");
  await finish(page);
  await told(page);
  const here = commandRows(SMALL);
  const there = await json(t, page);
  assert.deepEqual(there.rows, here.rows);
  const coherence = there.findings.find(({ name }) => name === "coherence");
  assert.deepEqual(
    coherence.findings,
    here.findings.findings.map(({ finding }) => finding),
  );
  assert.deepEqual(coherence.caveats, here.findings.caveats);
  assert.equal((await saved(t, page, "Save CSV")).bytes.toString(), `\uFEFF${here.csv}`);
  const [first] = await cells(page);
  assert.match(first, /^Temperature 0\.3, top-p 0\.9: coherence −?\d+\.\d, 2 stories$/, "two have no interval");
  // Two seeds are too few for any test, and the findings say so.
  assert.match(
    await page.$eval(".findings-list", (list) => list.textContent),
    /Too few seeds to say anything of coherence along temperature/,
  );
  const link = new URL(page.url());
  assert.match(link.hash, /^#x=1&e=sweep&grid=temperature=0\.3,1\.2,top_p=0\.9,1&seeds=2&.*&digest=[0-9a-f]{8}$/);
  assert.equal(there.digest, link.hash.slice(-8));
});

test("several prompts and the library: every number is the command line's", compared, async (t) => {
  const sweep = { ...SMALL, second: "1", seeds: 1, prompts: "The king\nA small, “odd” owl" };
  const page = await open(t, shared);
  await openLibrary(page);
  await fillForm(page, sweep);
  await finish(page);
  await until(
    page,
    "novelty in every story",
    () => globalThis.said.filter((message) => message.type === "traced").length === 4,
  );
  assert.deepEqual((await json(t, page)).rows, commandRows(sweep, []).rows);
});

test("pause, reload, resume, and nothing is written twice", async (t) => {
  const page = await open(t, shared);
  await fillForm(page, LONG);
  await press(page, "Run");
  await until(page, "some stories", () => globalThis.said.filter((message) => message.type === "row").length >= 10);
  await press(page, "Pause");
  await reaches(page, "^Paused: \\d+ of 108");
  // What the stories so far tell is asked and answered: time enough for a worker that would go on.
  await until(page, "findings", () => {
    const { id } = globalThis.asked.findLast(({ type }) => type === "analyse") ?? {};
    return id !== undefined && globalThis.said.some((message) => message.type === "findings" && message.id === id);
  });
  const after = await page.evaluate(() =>
    globalThis.asked.slice(globalThis.asked.findIndex(({ type }) => type === "stop")),
  );
  assert.ok(!after.some(({ type }) => type === "runs"), "it stays paused");
  assert.equal(await page.$eval("fieldset", (fields) => fields.disabled), true, "its settings are held");
  const written = Number(/(\d+) of/.exec(await status(page))[1]);
  await page.reload();
  await formed(page);
  await reaches(page, `^${written} of 108 stories are already written`);
  await press(page, "Resume");
  await reaches(page, "All 108 stories are written");
  const rows = await page.evaluate(() =>
    globalThis.said.filter((message) => message.type === "row").map((message) => message.row.run),
  );
  assert.equal(rows.length, 108 - written);
  assert.equal(new Set(rows).size, rows.length);
  await told(page);
  assert.match(
    (await cells(page)).at(-1),
    /^Temperature 1\.5, top-p 1: coherence −?\d+\.\d, interval −?\d+\.\d.−?\d+\.\d, 6 stories$/,
  );
  // And without a link in the address, the latest experiment is there.
  await page.goto(`${shared.server.url}experiments.html`);
  await formed(page);
  await reaches(page, "All 108 stories are written");
  await press(page, "Start over");
  const question = await find(page, "dialog", "Delete all 108 stories of this experiment?");
  await (await question.waitForSelector("::-p-aria([name='Cancel'][role='button'])")).click();
  await reaches(page, "All 108 stories are written");
  await press(page, "Start over");
  await (await question.waitForSelector("::-p-aria([name='Start over'][role='button'])")).click();
  await reaches(page, "^108 stories");
  assert.equal(await page.$eval(".verdict", (line) => line.textContent), "", "no digest of stories that are gone");
  await page.reload();
  await formed(page);
  await reaches(page, "^108 stories");
});

test("another experiment and back: what was typed is there, and a run that was stopped goes on", async (t) => {
  const page = await open(t, shared);
  await fillForm(page, { ...SMALL, prompts: "The queen" });
  const turn = async (title) => {
    await (await find(page, "link", title)).click();
    await until(page, title, (name) => document.querySelector(".chooser [aria-current]").textContent === name, title);
  };
  await turn("Self-evaluation");
  await turn("Sampling strategies");
  await until(page, "what was typed", () => document.querySelector(".sweep-fields textarea")?.value === "The queen");
  await fillForm(page, LONG);
  await press(page, "Run");
  await until(page, "a story", () => globalThis.said.some((message) => message.type === "row"));
  await (await find(page, "link", "Self-evaluation")).click();
  await until(page, "the notice", () =>
    /was stopped\. \d+ of 108 stories are written/.test(document.getElementById("notices").textContent),
  );
  await turn("Sampling strategies");
  await reaches(page, "of 108 stories are already written");
  assert.ok(await find(page, "button", "Resume"));
});

test("cancelled while the model is loading, which then fails: it can be run again", async (t) => {
  const server = await serve(t);
  server.fault = "hang";
  const page = await open(t, { ...shared, server }, { expected: /gguf|ERR_/ });
  await fillForm(page, SMALL);
  await press(page, "Run");
  await reaches(page, "Loading the model|Starting");
  await until(page, "the request", () => globalThis.said.some((message) => message.type === "progress"));
  await press(page, "Cancel");
  server.cut();
  await until(page, "the failure", () => document.querySelector('#notices [role="alert"]') !== null);
  server.fault = "";
  await finish(page);
});

test("a worker that dies is replaced, and its stories are written", async (t) => {
  const page = await open(t, shared, {
    before: (page_) =>
      page_.evaluateOnNewDocument(() => {
        // The second worker with a model breaks down at its third request.
        let workers = 0;
        const { Worker: Whole } = globalThis;
        globalThis.Worker = class extends Whole {
          constructor(...words) {
            super(...words);
            workers += 1;
            const mine = workers;
            let asked = 0;
            const { postMessage } = this;
            this.postMessage = (message) => {
              if (message.type === "runs" && mine === 2) {
                asked += 1;
                if (asked === 3)
                  return setTimeout(() => this.dispatchEvent(new ErrorEvent("error", { message: "gone" })));
              }
              return postMessage.call(this, message);
            };
          }
        };
      }),
  });
  await fillForm(page, { ...LONG, length: 16 });
  await finish(page);
  assert.deepEqual(await alerts(page), []);
  const runs = (await json(t, page)).rows.map(({ run }) => run);
  assert.deepEqual(
    runs,
    Array.from({ length: 108 }, (_, run) => run),
  );
});

test("a link replays the experiment for another reader, and says so", async (t) => {
  const page = await open(t, shared);
  await fillForm(page, SMALL);
  await finish(page);
  await replays(t, shared, page, "^8 stories");
});

const hostile = {
  "another version": "#x=9&e=sweep",
  "a story's link": "#v=1&p=Once&t=0.8&n=8&seed=1",
  "a word that names nothing": "#hello",
  "an unknown setting": "#x=1&e=sweep&grid=wings=1,2",
  "values out of range": "#x=1&e=sweep&grid=temperature=0:99:5",
  "too many stories": "#x=1&e=sweep&grid=temperature=0:2:500,top_p=0.1:1:500",
  "three settings": "#x=1&e=sweep&grid=temperature=0,1,top_p=0.5,1,min_p=0,0.1",
  "wrong types": "#x=1&e=sweep&seeds=many&n=some&digest=%3Cscript%3E",
  markup: `#x=1&e=sweep&grid=${encodeURIComponent("<img src=x onerror=alert(1)>")}`,
  "bad escapes": "#x=1&e=sweep&p=%E0%A4%A&grid=%ZZ",
};

test("malformed links", async (t) => {
  const page = await open(t, shared, { fragment: "#x=7" });
  assert.match((await alerts(page)).join(" "), /could not be used/, "the page opens with one");
  for (const [name, fragment] of Object.entries(hostile)) {
    assert.match(await follow(page, fragment), /could not be used/, name);
    await reaches(page, "^280 stories");
    assert.equal(await page.$("img[src='x']"), null, name);
  }
});

test("prompts of a link that the form cannot hold are told, and change no more once they are shown", async (t) => {
  const page = await open(t, shared, {
    fragment: "#x=1&e=sweep&grid=temperature=0.3,1.2&seeds=2&n=8&p=Once%0Aupon&p2=&p3=Two&digest=00000000",
  });
  assert.match((await alerts(page)).join(" "), /line break/);
  const prompts = await find(page, "textbox", "Prompts");
  assert.equal(await prompts.evaluate((field) => field.value), "Once upon\nTwo");
  await fillForm(page, { seeds: 1 });
  assert.match(await status(page), /^4 stories/);
});

test("an engine that fails while it is asked what the last stories tell is told of and started again", async (t) => {
  const page = await open(t, shared, { before: failing("analyse", 8) });
  await fillForm(page, SMALL);
  await finish(page);
  await tellsOfFailure(page);
  await until(page, "findings", () => /seeds/.test(document.querySelector(".findings p")?.textContent ?? ""));
  assert.equal((await json(t, page)).rows.length, 8);
});

test("settings that cannot be run are refused in words", async (t) => {
  const page = await open(t, shared);
  const wrong = {
    warm: /“warm” is neither/,
    "0.2:5": /is not an axis of a grid/,
    "0,3": /temperature must be a number from 0 to 2/i,
    "1,1": /has the value 1 twice/,
  };
  for (const [values, words] of Object.entries(wrong)) {
    await fillForm(page, { first: values });
    await until(
      page,
      String(words),
      (pattern) => new RegExp(pattern, "i").test(document.getElementById("form-problem").textContent),
      words.source,
    );
    assert.equal(
      await (await find(page, "button", "Run")).evaluate((button) => button.getAttribute("aria-disabled")),
      "true",
    );
    await press(page, "Run");
    await until(page, "the reason in sight", () => {
      const [reason, box] = ["#form-problem", ".controls-fields"].map((one) =>
        document.querySelector(one).getBoundingClientRect(),
      );
      return reason.top >= box.top - 1 && reason.bottom <= box.bottom + 1;
    });
  }
  await fillForm(page, { first: "0.5,1", seeds: 0 });
  await until(page, "seeds", () =>
    document.getElementById("form-problem").textContent.includes("Seeds per cell must be"),
  );
  await fillForm(page, { seeds: 4000 });
  await until(page, "too many", () => document.getElementById("form-problem").textContent.includes("fabula sweep"));
  await fillForm(page, { seeds: 2 });
  await reaches(page, "^20 stories");
});

test("by keyboard: from the grid to a story and back", async (t) => {
  const page = await open(t, shared);
  await fillForm(page, SMALL);
  const run = await find(page, "button", "Run");
  await run.focus();
  await page.keyboard.press("Enter");
  await reaches(page, "All 8 stories");
  await told(page);
  await (await page.$(".heatmap button")).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const name = () => page.evaluate(() => document.activeElement.textContent);
  assert.match(await name(), /^Temperature 1\.2, top-p 1:/);
  await page.keyboard.press("ArrowRight");
  assert.match(await name(), /^Temperature 1\.2, top-p 1:/, "it stops at the edge");
  await page.keyboard.press("Home");
  assert.match(await name(), /^Temperature 0\.3, top-p 0\.9:/);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".chosen-cell:not([hidden]) li");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Temperature 0.3, top-p 0.9: 2 stories");
  const link = await page.$eval(".cell-stories a", (a) => a.getAttribute("href"));
  assert.match(link, /^index\.html#v=1&/);
  await press(page, "Close");
  assert.match(await name(), /^Temperature 0\.3, top-p 0\.9:/, "the focus is back where it was");
});

test("axe finds nothing: before, while and after it runs", async (t) => {
  const page = await open(t, shared);
  await isAccessible(page, "before it runs");
  await fillForm(page, LONG);
  await press(page, "Run");
  await until(page, "some stories", () => globalThis.said.filter((message) => message.type === "row").length >= 4);
  await isAccessible(page, "while it runs");
  await press(page, "Cancel");
  await fillForm(page, { ...SMALL, seeds: 6, length: 24 });
  await press(page, "Run");
  await reaches(page, "All 24");
  await told(page);
  await (await page.$$(".heatmap button"))[2].click();
  await unfold(page);
  await isAccessible(page, "with the stories of a cell, all details open");
});
