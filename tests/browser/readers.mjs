// Readers who have been to the page before: browser contexts that are used again. What a visit leaves behind is removed after it, but for
// the model: a page in one of them starts in half the time of one in a new context.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";

const { default: standard, models } = JSON.parse(readFileSync(path.join(ROOT, "models/index.json"), "utf8"));
const { file, tokenizer, reference } = models.find(({ name }) => name === standard);
/** Files that every visit fetches, unless they are here already. */
const MODEL = [file, tokenizer, reference.file].map((name) => `/models/${name}?`);

/**
 * @typedef {object} Reader
 * @property {import("puppeteer-core").BrowserContext} context
 * @property {import("puppeteer-core").Page} window a small page of the server: it reaches what is stored, and the next page needs no new window
 * @property {import("puppeteer-core").CDPSession} session
 */

export function createReaders({ browser, server }) {
  const { origin } = new URL(server.url);
  /** @type {Reader[]} */
  const idle = [];

  async function arrive() {
    const context = await browser.createBrowserContext();
    const window = await context.newPage();
    await window.goto(`${server.url}tests/engines/decode.html`);
    return { context, window, session: await window.createCDPSession() };
  }

  /** @param {Reader} reader */
  async function forget({ context, window, session }) {
    for (const page of await context.pages()) if (page !== window) await page.close();
    await session.send("Storage.clearDataForOrigin", {
      origin,
      storageTypes: "indexeddb,local_storage,service_workers",
    });
    await window.evaluate(async (kept) => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) if (!kept.some((part) => url.includes(part))) await cache.delete(url);
      }
    }, MODEL);
  }

  return {
    server,
    /** @returns {Promise<Reader>} */
    come: async () => idle.pop() ?? arrive(),
    /** @param {Reader} reader */
    async go(reader) {
      await forget(reader);
      idle.push(reader);
    },
  };
}
