// The browsers that the tests of the engines drive, each behind the same few words.
import { setTimeout as sleep } from "node:timers/promises";
import { find } from "../browser/reader.mjs";
import { firefox, launch, launchFirefox } from "../browser/browsers.mjs";
import { installedWebKit, startWebKit } from "./webkit.mjs";

/**
 * @typedef {object} Browser
 * @property {string} version
 * @property {(url: string) => Promise<unknown>} visit
 * @property {(question: Function, ...words: any[]) => Promise<any>} evaluate
 * @property {(role: string, name: string, text: string | number) => Promise<void>} fill replaces what a field holds
 * @property {(name: string) => Promise<unknown>} press a button
 * @property {() => Promise<unknown>} close
 *
 * @typedef {object} BrowserKind
 * @property {string} title
 * @property {() => unknown} installed what `start` wants to know, or null
 * @property {(installed: any) => Promise<Browser>} start
 */

/** @returns {Promise<Browser>} */
async function withPuppeteer(browser) {
  const page = await browser.newPage();
  return {
    version: (await browser.version()).replace(/^.*\//, ""),
    visit: (url) => page.goto(url, { waitUntil: "load" }),
    evaluate: (question, ...words) => page.evaluate(question, ...words),
    fill: async (role, name, text) => {
      await (await find(page, role, name)).focus();
      await page.keyboard.down("Control");
      await page.keyboard.press("a");
      await page.keyboard.up("Control");
      await page.keyboard.type(String(text));
    },
    press: async (name) => (await find(page, "button", name)).click(),
    close: () => browser.close(),
  };
}

/** @type {Record<string, BrowserKind>} */
export const BROWSERS = {
  chromium: {
    title: "Chromium",
    // Without it no test of the page runs at all: its absence is an error, told by `launch`.
    installed: () => true,
    start: async () => withPuppeteer(await launch()),
  },
  firefox: {
    title: "Firefox",
    installed: firefox,
    start: async (executablePath) => withPuppeteer(await launchFirefox(executablePath)),
  },
  webkit: { title: "WebKitGTK", installed: installedWebKit, start: startWebKit },
};

/** FABULA_ENGINES=chromium,node limits the tests to some engines. */
export const asked = (name) => !process.env.FABULA_ENGINES || process.env.FABULA_ENGINES.split(",").includes(name);

/**
 * Starts a browser for a test and ends it afterwards. In the place of one that is not here or does not start: the reason.
 * @returns {Promise<{ browser?: Browser, missing?: string }>}
 */
export async function open(t, name) {
  const { title, installed, start } = BROWSERS[name];
  if (!asked(name)) return { missing: `${title} was not asked for` };
  const found = installed();
  if (!found) return { missing: `${title} is not installed` };
  try {
    const browser = await start(found);
    t.after(() => browser.close());
    return { browser };
  } catch (error) {
    if (name === "chromium") throw error;
    return { missing: `${title} does not start (${error.message.split("\n", 1)[0]})` };
  }
}

/** Asks the page until it gives an answer. */
export async function until(browser, what, seconds, question, ...words) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await browser.evaluate(question, ...words);
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(100);
  }
}
