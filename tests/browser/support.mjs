// What every browser test starts from: a server that can be told to fail, a browser, and a page that is watched.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after, before } from "node:test";
import puppeteer from "puppeteer-core";
import { ROOT, answer, contentType, publicFile } from "../../scripts/serve.mjs";

/** The build under test: target/pkg is served in the place of pkg/. */
const PKG = process.env.FABULA_PKG || (existsSync(path.join(ROOT, "target/pkg/fabula.js")) ? "target/pkg" : "pkg");

/**
 * Serves the repository root under `base`. `server.fault` makes the files fail that `server.faulty` names (the models):
 * "corrupt" flips a byte, "missing" answers 404, "trouble" 503, "drop" ends the connection in the middle, "hang" sends half of it and
 * waits. `cut` ends what is open. `server.prelude` runs in the worker first.
 */
export async function startServer({ base = "/" } = {}) {
  if (!existsSync(path.resolve(ROOT, PKG, "fabula.js"))) throw new Error(`No build in ${PKG}: run make build`);
  const server = {
    fault: "",
    faulty: /\.gguf(\?|$)/,
    prelude: "",
    requests: [],
    url: "",
    close: () => {},
    cut: () => {},
  };
  const http = createServer(async (request, response) => {
    server.requests.push(request.url);
    if (!request.url.startsWith(base)) return response.writeHead(404).end();
    const inside = `/${request.url.slice(base.length)}`;
    const built = /^\/pkg\/([\w.]+)$/.exec(inside);
    if (server.faulty.test(inside) && server.fault) return fail(server.fault, inside, response);
    if (built && PKG !== "pkg") return sendBytes(response, path.resolve(ROOT, PKG, built[1]));
    if (server.prelude && inside.startsWith("/www/worker.js")) return sendScript(response, server.prelude, inside);
    request.url = inside;
    return answer(request, response);
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  server.url = `http://127.0.0.1:${http.address().port}${base}`;
  server.modelRequests = () => server.requests.filter((url) => /\.gguf(\?|$)/.test(url)).length;
  server.cut = () => http.closeAllConnections();
  server.close = () => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  return server;
}

async function sendBytes(response, file) {
  const bytes = await readFile(file);
  response.writeHead(200, { "Content-Type": contentType(file), "Content-Length": bytes.length }).end(bytes);
}

async function sendScript(response, prelude, urlPath) {
  const rest = await readFile(await publicFile(urlPath), "utf8");
  response.writeHead(200, { "Content-Type": "text/javascript" }).end(`${prelude}\n${rest}`);
}

async function fail(fault, urlPath, response) {
  if (fault === "missing") return response.writeHead(404).end();
  if (fault === "trouble") return response.writeHead(503).end();
  const bytes = await readFile(await publicFile(urlPath));
  const half = bytes.length >> 1;
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": bytes.length });
  if (fault === "corrupt") {
    bytes[half] ^= 1;
    return response.end(bytes);
  }
  response.write(bytes.subarray(0, half), () => fault === "drop" && response.destroy());
}

export function chromium() {
  for (const name of [process.env.CHROME, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    try {
      if (name) return execFileSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" }).trim();
    } catch {
      // the next name
    }
  }
  throw new Error("No Chromium found: make setup, or name one in CHROME");
}

/** Which browser the tests run in: FABULA_BROWSER=firefox, or Chromium. */
export const isFirefox = process.env.FABULA_BROWSER === "firefox";

export const launch = () =>
  isFirefox
    ? puppeteer.launch({
        browser: "firefox",
        executablePath: firefox(),
        // The tests read the clipboard; nobody is there to be asked.
        extraPrefsFirefox: { "dom.events.testing.asyncClipboard": true },
      })
    : puppeteer.launch({
        executablePath: chromium(),
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
      });

/** Firefox, or null where there is none. */
export function firefox() {
  for (const name of [process.env.FIREFOX, "firefox-esr", "firefox"]) {
    try {
      // An Ubuntu `firefox` may only be a note that says to install a snap: it must answer.
      if (name)
        return execFileSync("sh", ["-c", '"$0" --version >/dev/null 2>&1 && command -v "$0"', name], {
          encoding: "utf8",
        }).trim();
    } catch {
      // the next name
    }
  }
  return null;
}

/** One browser and one server for the tests of a file. */
export function house(options) {
  const shared = { browser: null, server: null };
  before(async () => {
    shared.server = await startServer(options);
    shared.browser = await launch();
  });
  after(async () => {
    await shared.browser?.close();
    await shared.server?.close();
  });
  return shared;
}

/** Keeps what the worker says, so that a test can wait for "done" instead of guessing from the screen. */
function watchWorkers() {
  globalThis.said = [];
  globalThis.shifts = [];
  globalThis.Worker = class extends Worker {
    constructor(...words) {
      super(...words);
      const questions = new Map();
      this.postMessage = (message) => {
        if (message.type === "trace") questions.set(message.id, message.text);
        super.postMessage(message);
      };
      this.addEventListener("message", (event) => {
        // What the library says of a text is found by the text.
        const asked = event.data.type === "traced" ? { asked: questions.get(event.data.id) } : {};
        globalThis.said.push({ ...event.data, ...asked });
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

/**
 * Opens the page as a new reader (a browser context of its own), and holds the page to it that nothing goes wrong on
 * the console and nothing is asked of another origin. `expected`: console errors this test provokes.
 */
export async function visit(t, { browser, server }, options = {}) {
  const context = options.context ?? (await browser.createBrowserContext());
  if (!isFirefox)
    await context.overridePermissions(new URL(server.url).origin, ["clipboard-read", "clipboard-sanitized-write"]);
  const page = await context.newPage();
  const problems = [];
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
  await page.evaluateOnNewDocument(watchWorkers);
  await options.before?.(page);
  await page.setViewport(options.viewport ?? { width: 1280, height: 900 });
  // Without smooth scrolling: a button that is still on its way is missed by a click.
  if (!isFirefox)
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: options.scheme ?? "light" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
  await page.goto(server.url + (options.query ?? "") + (options.fragment ?? ""), { waitUntil: "load" });
  t.after(async () => {
    if (!page.isClosed()) await (options.context ? page.close() : context.close());
    assert.deepEqual(problems, [], "the page was not quiet");
  });
  return page;
}

export { PKG, ROOT };
