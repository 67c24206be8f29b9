// What every browser test starts from: a server that can be told to fail, a browser, and a page that is watched.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { ROOT } from "../../scripts/serve.mjs";
import { chromium, firefox, isFirefox, launch } from "./browsers.mjs";
import { createReaders } from "./readers.mjs";
import { PKG, serve, startServer } from "./server.mjs";

/** How long what must come is waited for, in milliseconds: nobody waits so long but on a machine with much else to do. */
export const PATIENCE = 120_000;

/** One browser and one server for the tests of a file, and readers who have been there before. */
export function house(options) {
  const shared = { browser: null, server: null, readers: null };
  before(async () => {
    shared.server = await startServer({ cached: true, ...options });
    shared.browser = await launch();
    shared.readers = createReaders(shared);
  });
  after(async () => {
    await shared.browser?.close();
    await shared.server?.close();
  });
  return shared;
}

/** A browser context for a reader who comes more than once in a test, with nothing in it. */
export async function newReader(t, { browser }) {
  const context = await browser.createBrowserContext();
  t.after(() => context.close());
  return context;
}

/** Keeps what the worker says, so that a test can wait for "done" instead of guessing from the screen. */
function watchWorkers() {
  globalThis.said = [];
  globalThis.shifts = [];
  /** Those who wait for the worker to say more. */
  globalThis.listening = new Set();
  /** What was asked of the workers, each with its type and number, and of how many stories. */
  globalThis.asked = [];
  globalThis.Worker = class extends Worker {
    constructor(...words) {
      super(...words);
      const questions = new Map();
      this.postMessage = (message) => {
        if (message.type === "trace") questions.set(message.id, message.text);
        globalThis.asked.push({ type: message.type, id: message.id, written: message.written });
        super.postMessage(message);
      };
      this.addEventListener("message", (event) => {
        // What the library says of a text is found by the text.
        const asked = event.data.type === "traced" ? { asked: questions.get(event.data.id) } : {};
        globalThis.said.push({ ...event.data, ...asked });
        for (const hear of globalThis.listening) hear();
      });
    }
  };
  document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.blockedURI}`));
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      // A word that grows past the end of its line wraps, and the caret (which has no node) goes with it: that is
      // how text is written. Anything else that moves is a jump.
      const jumped = sources.filter(({ node }) => node && !document.querySelector(".story-page")?.contains(node));
      if (jumped.length === 0) continue;
      const moved = jumped.map(
        ({ node }) => `${node.className || node.id || node.nodeName} ${node.textContent.slice(0, 40)}`,
      );
      globalThis.shifts.push({ value, moved: moved.join(", ") });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Counts what the page has put off for less than a second. */
function watchTimers() {
  const { setTimeout: usual, clearTimeout: usually } = globalThis;
  globalThis.putOff = new Set();
  globalThis.setTimeout = (work, delay = 0, ...words) => {
    const timer = usual(() => {
      globalThis.putOff.delete(timer);
      work(...words);
    }, delay);
    if (delay < 1000) globalThis.putOff.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    globalThis.putOff.delete(timer);
    usually(timer);
  };
  /** For the tests themselves. */
  globalThis.later = usual;
}

/** Stories written while a control moves would be among those that a test counts. The tests of live writing ask for it. */
function withoutLiveWriting() {
  try {
    localStorage.setItem("fabula-live", "off");
  } catch {
    // A page without storage of its own, such as an empty one.
  }
}

/** A service worker would load every file a second time. Its own tests ask for it. */
function withoutServiceWorker() {
  if ("ServiceWorkerContainer" in globalThis) ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
}

/** The library would be fetched and unpacked on every page. Its own tests ask for it; the other readers save data. */
function savingData() {
  Object.defineProperty(Navigator.prototype, "connection", { configurable: true, get: () => ({ saveData: true }) });
}

/** Time-outs of some seconds come so many times sooner. */
function hurry(times) {
  const { setTimeout: usual } = globalThis;
  globalThis.setTimeout = (work, delay = 0, ...words) => usual(work, delay < 5000 ? delay : delay / times, ...words);
}

/** Colours of the screen; without smooth scrolling, for a button that is still on its way is missed by a click. */
export const showIn = (page, scheme) =>
  page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);

/**
 * Opens the page as another reader than any other page of the test, and holds the page to it that nothing goes wrong on the console and
 * nothing is asked of another origin. The reader has been there before, so that the model need not be fetched; one at a server of the
 * test's own, or who is `fresh`, has not. `context`: a certain reader. `expected`: console errors this test provokes. `serviceWorker`:
 * with it. `live`: with live writing. `library`: it may load by itself. `hurried`: the page's long time-outs come so many times sooner.
 */
export async function visit(t, { browser, server, readers }, options = {}) {
  const reader =
    options.context || options.fresh || isFirefox || readers?.server !== server ? null : await readers.come();
  const context = options.context ?? reader?.context ?? (await browser.createBrowserContext());
  if (!isFirefox)
    await context.overridePermissions(new URL(server.url).origin, ["clipboard-read", "clipboard-sanitized-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const leave = async () => {
    if (!server.pages.delete(leave)) return;
    if (!page.isClosed()) await page.close();
    if (reader) await readers.go(reader);
    else if (!options.context) await context.close();
  };
  server.pages.add(leave);
  const problems = [];
  t.after(async () => {
    await leave();
    assert.deepEqual(problems, [], "the page was not quiet");
  });
  page.on("console", (message) => {
    const words = `${message.text()} ${message.location().url ?? ""}`;
    if (message.type() === "error" && !options.expected?.test(words)) problems.push(`console: ${words}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !/^(data|blob):/.test(url)) problems.push(`request outside: ${url}`);
  });
  await page.evaluateOnNewDocument(watchTimers);
  await page.evaluateOnNewDocument(watchWorkers);
  if (!options.live) await page.evaluateOnNewDocument(withoutLiveWriting);
  if (!options.serviceWorker) await page.evaluateOnNewDocument(withoutServiceWorker);
  if (!options.library) await page.evaluateOnNewDocument(savingData);
  if (options.hurried) await page.evaluateOnNewDocument(hurry, options.hurried);
  await options.before?.(page);
  await page.setViewport(options.viewport ?? { width: 1280, height: 900 });
  if (!isFirefox) await showIn(page, options.scheme ?? "light");
  await page.goto(server.url + (options.query ?? "") + (options.fragment ?? ""), { waitUntil: "load" });
  return page;
}

export { PKG, ROOT, chromium, firefox, isFirefox, launch, serve, startServer };
