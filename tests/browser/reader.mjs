// What a reader does and sees. Controls are found by role and accessible name only.
import assert from "node:assert/strict";
import { isFirefox } from "./support.mjs";

const PATIENCE = 60_000;

/**
 * Asks the page until it says yes. (The browser driver's own waitForFunction compiles text inside the page, which the
 * page's Content-Security-Policy rightly forbids.)
 */
export async function until(page, what, question, ...words) {
  const end = Date.now() + PATIENCE;
  while (!(await page.evaluate(question, ...words))) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const find = (page, role, name) =>
  page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, { timeout: PATIENCE });

export const focusIsOn = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") || document.activeElement?.textContent || "");

/** Lets what the worker said reach the screen. */
export const settle = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

export async function said(page, type, count = 1) {
  await until(
    page,
    `"${type}" (${count})`,
    (t, n) => globalThis.said.filter((m) => m.type === t).length >= n,
    type,
    count,
  );
  await settle(page);
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
  return model;
}

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
  if (settings.prompt !== undefined) await fillIn(page, "textbox", "Prompt", settings.prompt);
  if (settings.temperature !== undefined) await setSlider(page, "Temperature", settings.temperature);
  if (settings.top_p !== undefined) await setSlider(page, "Top-p", settings.top_p);
  if (settings.seed !== undefined) await fillIn(page, "spinbutton", "Seed", settings.seed);
  if (settings.length !== undefined) await fillIn(page, "spinbutton", "Length", settings.length);
}

export async function chosen(page) {
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
            return setTimeout(look, 1);
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
  const button = await page.waitForSelector("::-p-aria([role='button'])::-p-text(Load the library)").catch(() => null);
  await (button ?? (await page.waitForSelector("::-p-text(Load the library)"))).click();
  return said(page, "opened");
}

export const story = async (page) => (await find(page, "region", "Story")).evaluate((region) => region.textContent);
/** The parts of a metric group: the numbers of its list. */
export const parts = async (page, name) =>
  (await find(page, "group", name)).$$eval("dd", (all) => all.map((value) => value.textContent));
export const alerts = (page) =>
  page.$$eval('[role="alert"]', (all) =>
    all.map((a) => (a.checkVisibility() ? a.textContent.trim() : "")).filter(Boolean),
  );
export const rows = async (page) => (await page.$$("::-p-aria([role='row'])")).length;

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

export const sees = (page, words) =>
  until(page, `the words ${words}`, (w) => new RegExp(w, "i").test(document.body.innerText), words);
