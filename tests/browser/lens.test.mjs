// The lens: colours of the story, the strip, the token card, the next-token chart, and the sampling chain in the controls.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import {
  atRest,
  choose,
  chosen,
  count,
  fillIn,
  find,
  generate,
  press,
  ready,
  said,
  sees,
  setSlider,
  settle,
  until,
  withoutJumps,
} from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const phone = { width: 360, height: 740, hasTouch: true, isMobile: true };
const settings = { prompt: "Once there was a fox who", temperature: 0.8, top_p: 0.95, seed: 42, length: 32 };

/** The latest answer about a place. */
async function looked(page, position) {
  await until(
    page,
    `a look at ${position}`,
    (at) => globalThis.said.findLast((m) => m.type === "looked")?.position === at,
    position,
  );
  // The place may be looked at once more, in another story.
  await atRest(page);
  return page.evaluate(() => globalThis.said.findLast((m) => m.type === "looked"));
}
/** Waits until what was asked is answered; how many answers there were. */
async function quiet(page) {
  await atRest(page);
  return count(page, "looked");
}
const lensText = async (page) => (await find(page, "region", "Next word")).evaluate((region) => region.innerText);
/** The rows of the chart that are in sight: name of the button, both probabilities as written, lengths of both bars. */
const bars = async (page) =>
  (await find(page, "table", "Candidates for the next token")).$$eval("tbody tr", (rows) =>
    rows
      .filter((row) => row.checkVisibility())
      .map((row) => ({
        name: row.querySelector("button")?.getAttribute("aria-label") ?? row.firstElementChild.textContent,
        model: row.children[2].textContent,
        after: row.children[3].innerText,
        removed: row.hasAttribute("data-removed"),
        lengths: [...row.querySelectorAll("i")].map((bar) => bar.getBoundingClientRect().width),
      })),
  );
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    const description = document.getElementById(element?.getAttribute("aria-describedby") ?? "")?.textContent ?? "";
    return {
      tag: element.tagName,
      text: element.textContent,
      name: element.getAttribute("aria-label") ?? element.textContent,
      token: element.classList.contains("token"),
      description,
    };
  });
async function tabUntil(page, what, reached) {
  for (let presses = 0; presses < 80; presses += 1) {
    const now = await focused(page);
    if (reached(now)) return now;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${what}`);
}
/** Goes to a generated token as a reader with a mouse does. */
const go = async (page, position) => (await page.$$(".token"))[position].click();
const openChain = (page) =>
  page.evaluate(() => {
    document.querySelector("#samplers").open = true;
  });

test("by keyboard alone: to a word, into its card, and a branch from there", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, settings);
  await (await find(page, "textbox", "Prompt")).focus();
  await tabUntil(page, "Generate", ({ text }) => text === "Generate");
  await page.keyboard.press("Enter");
  const first = await said(page, "done");
  assert.ok(
    first.token_texts.slice(0, 6).every((text) => text.trim() !== ""),
    "the places below are words",
  );
  await tabUntil(page, "the words", ({ token }) => token);
  await page.keyboard.press("End");
  assert.equal((await focused(page)).text, first.token_texts.at(-1).trim() || first.token_texts.at(-1));
  await page.keyboard.press("Home");
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("ArrowRight");
  const look = await looked(page, 4);
  assert.equal(look.chosen.token, first.token_ids[4]);
  assert.match((await focused(page)).description, /\d bits/);
  const card = await lensText(page);
  assert.ok(
    card.includes(`“${first.token_texts[4].trim()}”`) &&
      /Rank\s+\d+ of/.test(card) &&
      /Entropy\s+\d/.test(card) &&
      /Surprisal\s+\d/.test(card) &&
      /Probability\s+[\d<]/.test(card),
    card,
  );

  // Enter goes in, Escape comes back, Tab goes in as well.
  await page.keyboard.press("Enter");
  assert.match((await focused(page)).name, /^Branch here with “/);
  await page.keyboard.press("Escape");
  assert.ok((await focused(page)).token, "Escape returns to the word");
  await tabUntil(page, "the card", ({ name }) => name.startsWith("Branch here with “"));
  const { name } = await focused(page);
  const wanted = look.candidates.find(
    ({ text, token }) => token !== look.chosen.token && name.includes(`“${text.trim()}”`),
  );
  await page.keyboard.press("Enter");
  const branch = await said(page, "done", 2);
  assert.deepEqual(branch.settings.forced, [[4, wanted.token]]);
  assert.deepEqual(branch.token_ids.slice(0, 4), first.token_ids.slice(0, 4));
  assert.equal(branch.token_ids[4], wanted.token);
  assert.notEqual(branch.digest, first.digest);
  await settle(page);

  // The reader stands on the new word, which says who chose it; Escape lets go of it.
  const word = await focused(page);
  assert.ok(word.token && word.text === wanted.text.trim(), JSON.stringify(word));
  assert.match(word.description, /chosen by hand/);
  assert.equal((await looked(page, 4)).chosen.token, wanted.token);
  assert.ok((await lensText(page)).includes(`“${wanted.text.trim()}”`));
  await page.keyboard.press("Escape");
  assert.match(await lensText(page), /The first word of the story/);
  assert.ok((await focused(page)).token, "the focus stays in the story");
});

test("the chart follows the sliders without a new story", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, { ...settings, top_p: 0.5 });
  await press(page, "Show more");
  await looked(page, 0);
  await quiet(page);
  const before = await bars(page);
  assert.ok(before.length >= 12 && before.some(({ removed }) => removed), "some tokens are cut by top-p");
  assert.ok(
    before.filter(({ removed }) => removed).every(({ after }) => /Top-p/.test(after)),
    "and it says by what",
  );
  await setSlider(page, "Top-p", 1);
  await setSlider(page, "Temperature", 1);
  await until(page, "the chart of the model itself", () =>
    globalThis.said.findLast((m) => m.type === "looked")?.stages.every((s) => !s.active),
  );
  await settle(page);
  for (const { model, after, removed } of await bars(page)) assert.ok(model === after && !removed, `${model} ${after}`);
  await setSlider(page, "Temperature", 0);
  await until(page, "the greedy chart", () => globalThis.said.findLast((m) => m.type === "looked")?.kept === 1);
  await settle(page);
  const greedy = await bars(page);
  assert.equal(greedy[0].after, "100%");
  assert.deepEqual(
    greedy.map(({ name }) => name).slice(0, 12),
    before.map(({ name }) => name).slice(0, 12),
    "the rows keep their places",
  );
  assert.equal(await count(page, "done"), 1);

  // Many moves in one frame are one question.
  const asked = await quiet(page);
  await page.evaluate(() => {
    const slider = document.querySelector("#temperature");
    for (let value = 0; value <= 2; value += 0.05) {
      slider.value = value;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  assert.ok((await quiet(page)) - asked <= 2);
});

test("the bars can be drawn on a logarithmic scale", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await press(page, "Show more");
  await looked(page, 0);
  const linear = await bars(page);
  await (await find(page, "radio", "Log")).evaluate((radio) => radio.click());
  const log = await bars(page);
  assert.match(await lensText(page), /0\.001%/);
  assert.ok(log[11].lengths[1] > linear[11].lengths[1] + 5, "small probabilities are seen");
  const lengths = log.slice(0, 12).map(({ lengths: [, before] }) => before);
  assert.ok(
    lengths.every((length, index) => index === 0 || length <= lengths[index - 1] + 0.01),
    "in order",
  );
});

test("a word is taken while a long story is still being measured", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const hot = { ...settings, temperature: 2, top_p: 1, length: 400 };
  const first = await generate(page, hot);
  await press(page, "After the last word");
  await fillIn(page, "textbox", "Your own word", "dragon");
  await page.keyboard.press("Enter");
  const branch = await said(page, "done", 2);
  assert.ok(branch.token_texts.slice(first.token_ids.length).join("").includes("dragon"));
});

test("every colouring has a legend and says its number", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const done = await generate(page, { ...settings, temperature: 1.5, top_p: 1 });
  const at = done.ranks.findIndex((rank) => rank > 3);
  await go(page, at);
  const said = {
    Surprisal: /\d bits.*1 in/,
    Entropy: /\d bits.*choice/,
    "Excess surprise": /[+−]?\d+\.\d bits.*expected/,
    Rank: new RegExp(`rank ${done.ranks[at]}\\b.*likelier`),
    "Where it comes from": /not compared with the library|span/,
  };
  for (const [name, words] of Object.entries(said)) {
    await (await find(page, "radio", name)).evaluate((radio) => radio.click());
    await settle(page);
    assert.match((await page.$eval("#story-readout", (readout) => readout.innerText)).replace(/\n/g, " "), words, name);
    const legends = await page.$$eval(".legends .legend", (all) =>
      all.filter((legend) => legend.checkVisibility()).map((legend) => legend.innerText),
    );
    assert.equal(legends.length, 1, name);
    assert.match(legends[0], /\d/, name);
    if (name === "Where it comes from") continue;
    const tints = await page.$$eval(
      ".token",
      (all) => new Set(all.map((token) => getComputedStyle(token).backgroundColor)).size,
    );
    assert.ok(tints > 3, `${name}: ${tints} tints`);
  }
});

test("a story of an older engine says what it has no numbers for", async (t) => {
  const before = (page) =>
    page.evaluateOnNewDocument(() => {
      const { fetch } = globalThis;
      globalThis.fetch = async (...words) => {
        const response = await fetch(...words);
        if (!response.url.endsWith("/www/example.json")) return response;
        const records = await response.json();
        for (const record of records) {
          delete record.entropy_bits;
          delete record.ranks;
        }
        return Response.json(records);
      };
    });
  const page = await visit(t, shared, { before });
  await ready(page);
  await page.waitForSelector(".token");
  for (const name of ["Entropy", "Excess surprise", "Rank"]) {
    await (await find(page, "radio", name)).evaluate((radio) => radio.click());
    await sees(page, "written before the page recorded this");
  }
});

test("passing over words asks nothing; resting on one looks there", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  const before = await quiet(page);
  const places = await page.$$eval(".token", (all) =>
    all
      .slice(0, 12)
      .map((token) => token.getBoundingClientRect())
      .map(({ x, y, width, height }) => [x + width / 2, y + height / 2]),
  );
  for (const [x, y] of places) await page.mouse.move(x, y);
  await looked(page, 11);
  assert.ok((await quiet(page)) - before <= 2);
  // A word that was chosen is kept while the pointer passes over others.
  await go(page, 2);
  await looked(page, 2);
  await page.mouse.move(...places[7]);
  const asked = await quiet(page);
  assert.equal((await looked(page, 2)).position, 2);
  assert.match(await page.$eval("#story-readout", (readout) => readout.textContent), /\d bits/);
  assert.equal(await quiet(page), asked);
});

test("strip and words point at each other", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const done = await generate(page, settings);
  const strip = await page.waitForSelector(".strip svg");
  const mean = done.surprisal_bits.reduce((sum, bits) => sum + bits, 0) / done.surprisal_bits.length;
  assert.ok((await strip.evaluate((node) => node.getAttribute("aria-label"))).includes(`${mean.toFixed(1)} bits`));
  const box = await strip.boundingBox();
  const x = (position) => box.x + (box.width * (position + 0.5)) / done.token_ids.length;
  await page.mouse.move(x(9), box.y + 10);
  assert.deepEqual(await page.$$eval(".token[data-pointed]", (all) => all.map((token) => token.textContent)), [
    done.token_texts[9].trim(),
  ]);
  await page.mouse.click(x(20), box.y + 10);
  assert.equal((await focused(page)).text, done.token_texts[20].trim());
  await looked(page, 20);
  await page.keyboard.press("ArrowRight");
  const mark = await page.$eval(".strip-looked", (rect) => Number(rect.getAttribute("x")));
  assert.equal(mark, 21);
});

test("presets set the sliders and the samplers", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const { chain } = await said(page, "hello");
  await openChain(page);
  for (const preset of chain.presets) {
    await press(page, preset.name);
    const now = await chosen(page);
    assert.ok(
      Math.abs(now.temperature - preset.temperature) < 1e-6 && Math.abs(now.top_p - preset.top_p) < 1e-6,
      preset.name,
    );
    assert.equal(
      await (await find(page, "button", preset.name)).evaluate((button) => button.getAttribute("aria-pressed")),
      "true",
    );
    await sees(page, preset.sentence.slice(0, 20));
  }
  const bold = chain.presets.find(({ options }) => Object.keys(options).length > 0);
  await press(page, bold.name);
  await sees(
    page,
    `${new Set(Object.keys(bold.options).map((name) => chain.parameters.find((parameter) => parameter.name === name).stage)).size} samplers? on`,
  );
  const done = await generate(page, { length: 8 });
  assert.deepEqual(done.settings.options, bold.options);
  // A slider moved by hand leaves the preset.
  await setSlider(page, "Temperature", 0.35);
  assert.equal(await page.$$eval('#presets [aria-pressed="true"]', (all) => all.length), 0);
});

test("a sampler switched on reaches the story and the chart; off, it leaves no trace", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await openChain(page);
  await choose(page, { ...settings, temperature: 2, top_p: 1 });
  await (await find(page, "checkbox", "Top-k")).click();
  await fillIn(page, "spinbutton", "Tokens", 3);
  const done = await generate(page);
  assert.deepEqual(done.settings.options, { top_k: 3 });
  assert.ok(
    done.ranks.every((rank) => rank <= 3),
    String(done.ranks),
  );
  await press(page, "Show more");
  const look = await looked(page, 0);
  assert.equal(look.kept, 3);
  assert.match(await lensText(page), /Top-k\s+takes away/);
  await (await find(page, "checkbox", "Top-k")).click();
  const without = await generate(page);
  assert.equal(without.settings.options, undefined);
  assert.notEqual(without.digest, done.digest);
  // Going back to the first story brings its samplers back.
  await press(page, "Show Story 1");
  assert.equal(await (await find(page, "spinbutton", "Tokens")).evaluate((field) => field.value), "3");
  assert.equal((await generate(page)).digest, done.digest);
});

test("the order of the samplers can be changed by keyboard", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const { chain } = await said(page, "hello");
  const usual = chain.stages.map(({ name }) => name);
  const from = usual.indexOf("temperature");
  await openChain(page);
  const down = await find(page, "button", "Move Temperature down");
  await down.focus();
  for (let place = from; place < usual.length; place += 1) await page.keyboard.press("Enter");
  assert.ok(await down.evaluate((button) => button === document.activeElement), "the focus stays on it");
  const {
    settings: { order },
  } = await generate(page, { ...settings, length: 8 });
  assert.deepEqual(order, [...usual.filter((name) => name !== "temperature"), "temperature"]);
  await press(page, "Default order");
  assert.equal((await generate(page)).settings.order, undefined);
  await press(page, "Show Story 1");
  assert.deepEqual((await generate(page)).settings.order, order);
});

for (const [screen, viewport] of Object.entries({ desk: undefined, phone })) {
  test(`nothing jumps while the reader goes from word to word: ${screen}`, async (t) => {
    const page = await visit(t, shared, { viewport });
    await ready(page);
    await generate(page, { ...settings, temperature: 1.6, top_p: 1 });
    await go(page, 5);
    await looked(page, 5);
    await quiet(page);
    await withoutJumps(page, async () => {
      for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowRight");
      await looked(page, 10);
      await quiet(page);
    });
  });
}

test("axe finds nothing through the lens", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, { ...settings, temperature: 1.6, top_p: 1 });
  await quiet(page);
  await setSlider(page, "Top-p", 0.9);
  for (const name of ["Entropy", "Excess surprise", "Rank", "Surprisal"]) {
    await (await find(page, "radio", name)).evaluate((radio) => radio.click());
    await isAccessible(page, name);
  }
  await go(page, 10);
  await looked(page, 10);
  await quiet(page);
  await isAccessible(page, "a card");
  await (await find(page, "radio", "Log")).evaluate((radio) => radio.click());
  await openChain(page);
  await press(page, "Beyond");
  await quiet(page);
  await isAccessible(page, "the chain open, a logarithmic scale");
});
