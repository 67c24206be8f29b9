// What a reader does and sees. Controls are found by role and accessible name only.
import assert from "node:assert/strict";
import { PATIENCE, isFirefox } from "./support.mjs";

/**
 * Asks the page until it says yes. It asks anew when something on the page has changed, when a worker has said something, and now and
 * then for what changes silently. (The browser driver's own waitForFunction compiles text inside the page, which the page's
 * Content-Security-Policy rightly forbids.)
 */
export async function until(page, what, question, ...words) {
  if (!(await page.evaluate(asking(question), PATIENCE, ...words))) throw new Error(`waited in vain for ${what}`);
}

/** The question as one function that answers when it can say yes, or false after `patience` milliseconds. */
const asking = (question) =>
  // eslint-disable-next-line no-new-func -- of functions of the tests' own, to be run in the page
  new Function("patience", "...words", `return (${keepAsking})(${question}, patience, words)`);

async function keepAsking(question, patience, words) {
  const SILENT = 50;
  // What changes with every frame is looked at once a frame.
  const FRAME = 15;
  const later = globalThis.later ?? setTimeout;
  const end = performance.now() + patience;
  let woken = () => {};
  const wake = () => woken();
  const observer = new MutationObserver(wake);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  globalThis.listening?.add(wake);
  try {
    for (;;) {
      const answer = await question(...words);
      if (answer) return answer;
      if (performance.now() > end) return false;
      await new Promise((resolve) => {
        const timer = later(resolve, SILENT);
        woken = () => {
          clearTimeout(timer);
          woken = () => {};
          later(resolve, FRAME);
        };
      });
    }
  } finally {
    observer.disconnect();
    globalThis.listening?.delete(wake);
  }
}

export const find = (page, role, name) => page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);

export const focusIsOn = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") || document.activeElement?.textContent || "");

/** Lets what the worker said reach the screen. */
export const settle = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** Waits until the page has nothing more to do about the place that is looked at: nothing put off, nothing asked and not answered. */
export const atRest = (page) =>
  until(page, "the page at rest", async () => {
    const rests = () => {
      const { id } = globalThis.asked.findLast(({ type }) => type === "look") ?? {};
      const answered = ({ type, id: to }) => to === id && (type === "looked" || type === "error");
      return globalThis.putOff.size === 0 && (id === undefined || globalThis.said.some(answered));
    };
    if (!rests()) return false;
    // What has just come in may ask for more with the next frame.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
    return rests();
  });

/** Waits until the workers have said so many messages of a type and the page had time to show the last; gives that one. */
export async function said(page, type, count = 1) {
  await until(
    page,
    `"${type}" (${count})`,
    (t, n) =>
      globalThis.said.filter((m) => m.type === t).length >= n &&
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
    type,
    count,
  );
  return page.evaluate((t, n) => globalThis.said.filter((m) => m.type === t)[n - 1], type, count);
}

/** How many tokens of stories have come. */
export const tokensSaid = (page) =>
  page.evaluate(() => globalThis.said.reduce((sum, m) => sum + (m.type === "tokens" ? m.token_ids.length : 0), 0));

export const count = (page, type) => page.evaluate((t) => globalThis.said.filter((m) => m.type === t).length, type);

export async function enabled(page, name) {
  const button = await find(page, "button", name);
  return button.evaluate((b) => !b.disabled && b.getAttribute("aria-disabled") !== "true");
}

export async function ready(page) {
  const model = await said(page, "ready");
  const button = await find(page, "button", "Generate");
  await until(
    page,
    "Generate",
    (b) => document.querySelector('.loader[data-phase="ready"]') !== null && !b.disabled,
    button,
  );
  await openParts(page);
  return model;
}

/** Opens the parts below the first screen, as a reader does who looks for what is in them. */
export const openParts = (page) =>
  page.evaluate(() => {
    for (const part of document.querySelectorAll("#samplers, #my-stories, #all-numbers, .map-tools")) part.open = true;
  });

export async function setSlider(page, name, value) {
  const slider = await find(page, "slider", name);
  await slider.evaluate((input, v) => {
    input.value = String(v);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, value);
}

/** Empties a field and types, as a reader would. */
export async function fillIn(page, role, name, text) {
  const field = await find(page, role, name);
  await field.focus();
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.press("Delete");
  // Firefox is sent keys, one by one.
  if (isFirefox) await page.keyboard.type(String(text));
  else await page.keyboard.sendCharacter(String(text));
  await field.evaluate((input) => input.dispatchEvent(new Event("change", { bubbles: true })));
}

export async function choose(page, settings) {
  if (settings.length !== undefined) await openParts(page);
  if (settings.prompt !== undefined) await fillIn(page, "textbox", "Prompt", settings.prompt);
  if (settings.temperature !== undefined) await setSlider(page, "Temperature", settings.temperature);
  if (settings.top_p !== undefined) await setSlider(page, "Top-p", settings.top_p);
  if (settings.seed !== undefined) await fillIn(page, "spinbutton", "Seed", settings.seed);
  if (settings.length !== undefined) await fillIn(page, "spinbutton", "Length", settings.length);
}

export async function chosen(page) {
  await openParts(page);
  const value = async (role, name) => (await find(page, role, name)).evaluate((input) => input.value);
  return {
    prompt: await value("textbox", "Prompt"),
    temperature: Number(await value("slider", "Temperature")),
    top_p: Number(await value("slider", "Top-p")),
    seed: Number(await value("spinbutton", "Seed")),
    length: Number(await value("spinbutton", "Length")),
  };
}

export async function press(page, name) {
  const button = await find(page, "button", name);
  await button.click();
}

/**
 * Presses a button, or moves a slider to `value`, as soon as so many tokens have come: from inside the page, since a whole story may be written while this process reaches for it. Ask for it before what leads to it.
 */
export async function meanwhile(page, role, name, { tokens, value }) {
  const control = await find(page, role, name);
  const acted = page.evaluate(
    (node, n, to) =>
      new Promise((resolve) => {
        const look = () => {
          if (globalThis.said.reduce((sum, m) => sum + (m.type === "tokens" ? m.token_ids.length : 0), 0) < n)
            return globalThis.later(look, 1);
          if (to === undefined) node.click();
          else {
            node.value = String(to);
            node.dispatchEvent(new Event("input", { bubbles: true }));
          }
          return resolve();
        };
        look();
      }),
    control,
    tokens,
    value,
  );
  return { acted };
}

/** Chooses, generates, waits, and gives back what the worker said at the end. */
export async function generate(page, settings = {}) {
  await choose(page, settings);
  const before = await count(page, "done");
  await press(page, "Generate");
  const story = await said(page, "done", before + 1);
  for (const [name, value] of Object.entries(settings)) assert.equal(story.settings[name], value, name);
  return story;
}

/** Loads the library, as the button offers it, and waits until it is open. */
export async function openLibrary(page) {
  const button = await page.waitForSelector("::-p-aria([role='button'])::-p-text(Load the library)");
  await button.click();
  return said(page, "opened");
}

/** What the library says of a text, once it has. */
export async function traced(page, text) {
  const answered = (wanted) => globalThis.said.some((m) => m.type === "traced" && m.asked === wanted);
  await until(page, "the library's answer", answered, text);
  return page.evaluate((wanted) => globalThis.said.findLast((m) => m.type === "traced" && m.asked === wanted), text);
}

/** Opens what is folded. */
export const unfold = (page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

export const story = async (page) => (await find(page, "region", "Story")).evaluate((region) => region.textContent);
/** All numbers of a kind, from the table. */
export const parts = (page, name) =>
  page.$$eval(`#all-numbers tr[data-group="${name}"] td:not(.place)`, (all) => all.map((value) => value.textContent));
/** A dial as it reads: the raw value in words, and what it means. */
export const dial = async (page, name) => (await find(page, "group", name)).evaluate((group) => group.innerText);
export const alerts = (page) =>
  page.$$eval('[role="alert"]', (all) =>
    all.map((a) => (a.checkVisibility() ? a.textContent.trim() : "")).filter(Boolean),
  );

export async function copiedLink(page) {
  await page.bringToFront();
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await press(page, "Copy link");
  await until(page, "a link on the clipboard", async () => (await navigator.clipboard.readText()) !== "");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#v=1&/);
  return link;
}

/** The link of settings, as docs/links.md writes it. */
export function linkOf(
  { prompt, temperature, top_p, seed, length, options = {}, order, rules = 1, forced = [], adapter },
  digest,
) {
  const fields = { v: 1, rules, p: prompt, t: temperature, top_p, ...options, n: length, seed };
  if (adapter) Object.assign(fields, { adapter: adapter.id, strength: adapter.strength });
  if (order) fields.chain = order.join(",");
  if (forced.length > 0) fields.f = forced.map((pair) => pair.join(":")).join(",");
  if (digest) fields.x = digest;
  return `#${Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")}`;
}

/** Holds the page to it that next to nothing jumps while `work` goes on, and that nothing is wider than the screen. */
export async function withoutJumps(page, work, limit = 0.01) {
  await page.evaluate(() => {
    globalThis.shifts.length = 0;
  });
  await work();
  const [shifts, beside] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [globalThis.shifts, scrollWidth - clientWidth];
  });
  assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) < limit, JSON.stringify(shifts));
  assert.ok(beside <= 0, `${beside} px lie beside the screen`);
}

export const sees = (page, words) =>
  until(page, `the words ${words}`, (w) => new RegExp(w, "i").test(document.body.innerText), words);
