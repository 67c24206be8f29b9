// Self-evaluation on the page of experiments: both ways to their end, how each story was made, links, ratings.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { MODEL, fabula, inFolder, compared, rowsIn } from "./command.mjs";
import { saved } from "./downloads.mjs";
import { failing, finish, formed, json, open, reaches, replays, status, tellsOfFailure } from "./experiments.mjs";
import { fillIn, find, openLibrary, said, sees, setSlider, unfold, until } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const BEST_OF = { way: "Best of n", drafts: 3, seeds: 1, length: 24, prompts: "The king\nA small, “odd” owl" };
const REVISE = {
  way: "Revise",
  redrafts: 3,
  rounds: 2,
  seeds: 1,
  length: 60,
  prompts: "Once upon a time there was a fox.\nWhy does the moon follow us home?",
};

const openJudge = (t, options = {}) => open(t, shared, { fragment: "#judge", ...options });
async function fill(page, { way, drafts, redrafts, rounds, seeds, length, prompts }) {
  if (way !== undefined) await (await find(page, "radio", way)).evaluate((radio) => radio.click());
  const numbers = { Drafts: drafts, Redrafts: redrafts, Rounds: rounds, Seeds: seeds, Tokens: length };
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined) await fillIn(page, "spinbutton", name, value);
  if (prompts !== undefined) await fillIn(page, "textbox", "Prompts", prompts);
  await until(
    page,
    "what was typed",
    () => document.querySelector(".judge-fields").getAttribute("aria-busy") !== "true",
  );
}

/** Waits until what the rows tell is on the screen. */
const told = (page) =>
  until(
    page,
    "the effects",
    () => document.querySelectorAll(".effects tbody tr").length > 0 && location.hash.includes("digest="),
  );

/** Opens the story of an item, from its place among them. */
async function openItem(page, at) {
  await (await page.$$(".item > summary"))[at].click();
  await until(
    page,
    "the story of an item",
    (place) => document.querySelectorAll(".item")[place].childElementCount > 1,
    at,
  );
}

/** Listens to the line below the buttons; gives what it has said. */
async function heardStatuses(page) {
  await page.evaluate(() => {
    const line = document.getElementById("run-status");
    globalThis.statuses = [];
    new MutationObserver(() => globalThis.statuses.push(line.textContent)).observe(line, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  return () => page.evaluate(() => globalThis.statuses);
}

/** What the command line judges, with the same settings. */
const commandRows = (words, { prompts, seeds, length }) =>
  inFolder((file) => {
    const [texts, out] = [file("prompts.txt"), file("judged.jsonl")];
    writeFileSync(texts, prompts);
    const amount = ["--prompts", texts, "--temperature", 1, "--seeds", seeds, "--tokens", length];
    fabula(
      "judge",
      ...words,
      ...MODEL,
      ...amount,
      "--weights",
      "coherence=1,relevance=1",
      "--out",
      out,
      "--no-library",
    );
    return rowsIn(out);
  });

const withoutRun = (rows) =>
  rows.map(({ run, ...row }) => {
    assert.equal(run, row.item);
    return row;
  });

test("best of n: the rows are the command line's, every draft is shown with its score", compared, async (t) => {
  const page = await openJudge(t);
  assert.match(
    await status(page),
    /^24 pairs of stories \(12 × 2\), best of 8 drafts: about /,
    "the defaults can be run at once",
  );
  await fill(page, BEST_OF);
  await reaches(page, "^2 pairs of stories .* With 2 prompts, no difference can be distinguished from chance");
  const statuses = await heardStatuses(page);
  await finish(page);
  const early = (await statuses()).filter((text) => /^0 of/.test(text));
  assert.ok(
    !early.some((text) => text.includes("left")),
    "before anything is judged, nothing is said of the time left",
  );
  await told(page);
  const there = await json(t, page);
  const rows = withoutRun(there.rows);
  assert.deepEqual(rows, commandRows(["best-of", "--drafts", "3"], BEST_OF));
  assert.equal(there.protocol.method.best_of.drafts, 3);
  assert.match(there.link, /^#x=1&e=judge&/);
  assert.equal(there.digest, new URL(page.url()).hash.slice(-8));

  // One line an effect, each with all that is known of it.
  const lines = await page.$$eval(".effects tbody tr", (all) =>
    all.map((tr) => [...tr.cells].map((cell) => cell.textContent)),
  );
  assert.equal(lines.length, there.effects.effects.length);
  assert.deepEqual(lines[0].slice(0, 2), ["coherence", "yes"]);
  const [coherence] = there.effects.effects;
  for (const [at, value] of [coherence.judged, coherence.control].entries())
    assert.ok(Math.abs(Number(lines[0][2 + at].replace("−", "-")) - value) <= 0.05, `${lines[0]} for ${value}`);
  assert.match(lines[0][6], /undecided/);
  assert.match(
    await page.$eval(".intervals svg[role=img]", (drawing) => drawing.getAttribute("aria-label")),
    /^Judged minus control: coherence /,
  );
  assert.deepEqual(await page.$$eval(".findings-list p", (all) => all.map((p) => p.textContent)), there.findings);

  await openItem(page, 1);
  const { drafts, chosen } = rows[1].process.best_of;
  const shown = await page.$$eval(".draft", (all) =>
    all.map((li) => ({
      head: li.querySelector(".draft-head").textContent,
      score: li.querySelector(".appraisal b").textContent,
      link: li.querySelector("a").getAttribute("href"),
    })),
  );
  assert.equal(shown.length, 3);
  for (const [at, draft] of shown.entries()) {
    assert.equal(draft.score, drafts[at].appraisal.score.toFixed(3));
    assert.equal(draft.link, `index.html${drafts[at].link}`);
    assert.equal(draft.head.includes("chosen by score"), at === chosen.judged);
    assert.equal(draft.head.includes("chosen at random"), at === chosen.control);
  }

  const marked = (await saved(t, page, "Save CSV")).bytes.toString();
  assert.equal(marked[0], "\uFEFF");
  const csv = marked.slice(1);
  const [head, ...items] = csv.trimEnd().split(/\r\n(?=\d)/);
  const columns = head.split(",");
  for (const name of [
    "item",
    "prompt_text",
    "judged_score",
    "control_score",
    "judged_text",
    "control_link",
    "baseline_score",
  ])
    assert.ok(columns.includes(name), name);
  assert.equal(items.length, 2);
  assert.ok(items[1].includes('"A small, “odd” owl"'));
});

test("revise: every round tells its sentence, its candidates, the choice, the change", compared, async (t) => {
  const page = await openJudge(t);
  await fill(page, REVISE);
  await finish(page);
  await told(page);
  const rows = withoutRun((await json(t, page)).rows);
  assert.deepEqual(rows, commandRows(["revise", "--redrafts", "3", "--rounds", "2"], REVISE));
  await openItem(page, 0);
  const { before, judged, control } = rows[0].process.revise;
  const told_ = await page.$$eval(".round", (all) =>
    all.map((li) => ({
      reason: li.querySelector(".reason").textContent,
      candidates: li.querySelectorAll(".candidates li").length,
      chosen: [...li.querySelectorAll(".candidates li")].findIndex((each) => "chosen" in each.dataset),
      before: [...li.querySelector(".cell-text").childNodes]
        .filter((node) => node.nodeName !== "INS")
        .map((node) => node.textContent)
        .join(""),
      old: li.querySelector("del, mark").textContent,
      now: li.querySelector("ins, mark").textContent,
      link: li.querySelector("a").getAttribute("href"),
    })),
  );
  const rounds = [...judged, ...control];
  assert.ok(rounds.length >= 2);
  assert.equal(told_.length, rounds.length);
  for (const [at, round] of rounds.entries()) {
    const shown = told_[at];
    assert.equal(shown.reason, round.reason);
    assert.equal(shown.candidates, round.candidates.length);
    assert.equal(shown.chosen, round.chosen);
    assert.ok(shown.old.includes(round.before.trim()), `${shown.old} holds ${round.before}`);
    assert.ok(shown.now.includes(round.after.trim()), `${shown.now} holds ${round.after}`);
    assert.equal(shown.link, `index.html${round.link}`);
  }
  assert.ok(before.text.includes(judged[0].before));

  // A revised story is an ordinary one: its link replays it.
  const changed = rounds.findLast((round) => round.chosen > 0);
  assert.ok(changed, "some round changed something");
  const story = await visit(t, shared, { fragment: changed.link });
  const done = await said(story, "done");
  await sees(story, "reproduced exactly");
  assert.equal(done.text, changed.text);
});

test("a link replays the experiment for another reader, and says so", async (t) => {
  const page = await openJudge(t);
  await fill(page, BEST_OF);
  await setSlider(page, "Relevance", 0.35);
  await finish(page);
  const other = await replays(t, shared, page, "^2 pairs");
  assert.equal(await (await find(other, "slider", "Relevance")).evaluate((slider) => slider.value), "0.35");
});

test("from one experiment to the other and back, each as it was left", async (t) => {
  const page = await openJudge(t);
  await fill(page, BEST_OF);
  await finish(page);
  await told(page);
  const { hash } = new URL(page.url());
  const link = await find(page, "link", "Sampling strategies");
  await link.focus();
  await page.keyboard.press("Enter");
  await reaches(page, "^280 stories");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Sampling strategies", "the focus stays");
  assert.equal(await page.$eval(".chooser [aria-current]", (a) => a.textContent), "Sampling strategies");
  await (await find(page, "link", "Self-evaluation")).click();
  await reaches(page, "All 2 pairs of stories are written");
  await until(page, "its link", (was) => location.hash === was, hash);
  await page.goBack();
  await reaches(page, "^280 stories");
});

test("novelty counts with the library only", async (t) => {
  const page = await openJudge(t);
  await fill(page, { ...BEST_OF, drafts: 2, prompts: "The king" });
  assert.equal(await (await find(page, "slider", "Novelty")).evaluate((slider) => slider.disabled), true);
  await setSlider(page, "Coherence", 0);
  await setSlider(page, "Relevance", 0);
  await until(page, "a refusal", () => /weight/i.test(document.getElementById("form-problem").textContent));
  assert.equal(
    await (await find(page, "button", "Run")).evaluate((button) => button.getAttribute("aria-disabled")),
    "true",
  );

  // A link may want novelty on a device that has no library yet.
  const other = await open(t, shared, {
    fragment:
      "#x=1&e=judge&way=best-of&drafts=2&weights=coherence=0.5,novelty=1,relevance=0&seeds=1&p=The+king&t=1&top_p=1&n=40&seed=3",
  });
  await until(other, "what is missing", () =>
    document.getElementById("form-problem").textContent.includes("the library is not open"),
  );
  await openLibrary(other);
  await until(other, "no problem", () => document.getElementById("form-problem").textContent === "");
  await finish(other);
  await told(other);
  const [row] = (await json(t, other)).rows;
  assert.ok(row.judged.appraisal.novelty !== null && row.judged.numbers.longest_span !== null);
  assert.equal(row.left_out, undefined);
  const { score, coherence, novelty } = row.judged.appraisal;
  assert.ok(Math.abs(score - (0.5 * coherence + novelty) / 1.5) < 1e-9, "weights are shares of their sum");
});

test("an engine that fails while it is asked what the last pairs tell is told of and started again", async (t) => {
  const page = await openJudge(t, { before: failing("analyse_judgements", 2) });
  await fill(page, BEST_OF);
  await finish(page);
  await tellsOfFailure(page);
  await told(page);
});

test("settings that cannot be run are refused in words", async (t) => {
  const page = await openJudge(t);
  const problem = (words) =>
    until(
      page,
      words,
      (pattern) => new RegExp(pattern).test(document.getElementById("form-problem").textContent),
      words,
    );
  await fill(page, { drafts: 0 });
  await problem("Drafts must be a whole number from 1 to 64");
  await fill(page, { drafts: 64, seeds: 100 });
  await problem("This page writes at most 10,000.*fabula judge");
  await fill(page, { drafts: 2, seeds: 1 });
  await reaches(page, "^12 pairs");
});

test("the reader's ratings are compared with the score", async (t) => {
  const page = await openJudge(t);
  await fill(page, { ...BEST_OF, drafts: 6, length: 40 });
  await finish(page);
  await told(page);
  await sees(page, "You have not rated any story of this model yet");
  const { rows } = await json(t, page);
  const drafts = rows.flatMap(({ process, prompt_text }) =>
    process.best_of.drafts.map((draft) => ({ prompt: prompt_text, ...draft })),
  );
  const reading = await visit(t, shared, { context: page.browserContext(), fragment: drafts[0].link });
  await said(reading, "measured");
  await (await find(reading, "radio", "4 of 5")).evaluate((radio) => radio.click());
  // The archive writes a moment later; the rest are rated as the page would keep them.
  await until(
    reading,
    "the rating",
    () =>
      new Promise((resolve) => {
        const asked = indexedDB.open("fabula");
        asked.onsuccess = () => {
          const all = asked.result.transaction("stories").objectStore("stories").getAll();
          all.onsuccess = () => {
            asked.result.close();
            resolve(all.result.some(({ rating }) => rating === 4));
          };
        };
      }),
  );
  await reading.close();
  await page.bringToFront();
  await page.reload();
  await formed(page);
  await sees(page, "1 of your rated stories is from this experiment.*too few");
  await page.evaluate(
    (others) =>
      new Promise((resolve, reject) => {
        const asked = indexedDB.open("fabula");
        asked.onerror = reject;
        asked.onsuccess = () => {
          const store = asked.result.transaction("stories", "readwrite").objectStore("stories");
          const all = store.getAll();
          all.onsuccess = () => {
            const [story] = all.result.filter(({ rating }) => rating === 4);
            for (const [at, { prompt, digest }] of others.entries()) {
              store.put({
                ...story,
                key: `rated-${at}`,
                number: 100 + at,
                rating: 1 + (at % 5),
                record: { ...story.record, digest, settings: { ...story.record.settings, prompt } },
              });
            }
            store.transaction.oncomplete = () => {
              asked.result.close();
              resolve();
            };
          };
        };
      }),
    drafts.slice(1, 11),
  );
  await page.reload();
  await formed(page);
  await sees(page, "11 of your rated stories are from this experiment.*Spearman .* over 11 stories");
});

test("by keyboard: from the form to the story of an item", async (t) => {
  const page = await openJudge(t);
  await fill(page, BEST_OF);
  await (await find(page, "button", "Run")).focus();
  await page.keyboard.press("Enter");
  await reaches(page, "All 2 pairs");
  await told(page);
  const focused = () => page.evaluate(() => document.activeElement.closest(".item > summary")?.textContent ?? "");
  for (let presses = 0; (await focused()) === ""; presses += 1) {
    assert.ok(presses < 40, "Tab comes to the items");
    await page.keyboard.press("Tab");
  }
  assert.match(await focused(), /^The king ?Seed 42 · score 0\.\d+, at random 0\.\d+ /);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".item[open] .draft");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Open this story \(draft 1\)$/);
});

test("axe finds nothing: before it runs, best of n, revise", async (t) => {
  const page = await openJudge(t);
  await isAccessible(page, "before it runs");
  for (const settings of [BEST_OF, REVISE]) {
    await fill(page, settings);
    await finish(page);
    await told(page);
    await openItem(page, 0);
    await unfold(page);
    await until(page, "all stories", () =>
      [...document.querySelectorAll(".item")].every((item) => item.childElementCount > 1),
    );
    await isAccessible(page, `${settings.way}, all details open`);
  }
});
