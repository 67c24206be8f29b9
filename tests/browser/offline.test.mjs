// After one visit the page opens and writes without a network.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { answer } from "../../scripts/serve.mjs";
import { generate, ready, until } from "./reader.mjs";
import { PKG, ROOT, house, isFirefox, serve, visit } from "./support.mjs";

const shared = house();

test("docs/page.md shows the way to every file of the page", () => {
  const text = readFileSync(path.join(ROOT, "docs/page.md"), "utf8");
  const files = ["views", "session", "parts"].flatMap((folder) => readdirSync(path.join(ROOT, "www", folder)));
  const experiments = readdirSync(path.join(ROOT, "www/experiments"), { recursive: true }).filter((name) =>
    /\.(js|d\.ts)$/.test(name),
  );
  assert.deepEqual(
    [...files, ...experiments].filter((file) => !text.includes(`${file}\``)),
    [],
  );
});

test("a second visit needs no server", async (t) => {
  const server = await serve(t, { base: "/some/where/" });
  const page = await visit(t, { ...shared, server }, { serviceWorker: true });
  await ready(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const settings = { prompt: "The king", temperature: 0.8, top_p: 0.95, seed: 9, length: 24 };
  const before = await generate(page, settings);
  await server.close();
  await page.goto(server.url);
  await ready(page);
  const after = await generate(page, settings);
  assert.equal(after.digest, before.digest);
});

test("a server in trouble is as good as none, and copies of earlier versions are cleared away", async (t) => {
  const server = await serve(t, { base: "/some/where/" });
  const before = (page) =>
    page.evaluateOnNewDocument(() => {
      if (sessionStorage.getItem("came") === null)
        for (const name of ["fabula-page", "fabula-page /some/where/ earlier", "fabula-page /else/ other"])
          void caches.open(name);
      sessionStorage.setItem("came", "");
    });
  const page = await visit(t, { ...shared, server }, { before, expected: /503/, serviceWorker: true });
  await ready(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await until(page, "the copies that stay", async () => {
    const copies = (await caches.keys()).filter((name) => name.startsWith("fabula-page"));
    return (
      copies.length === 2 &&
      copies.some((name) => name.startsWith("fabula-page /else/")) &&
      copies.some((name) => /^fabula-page \/some\/where\/ [0-9a-f]{16}$/.test(name))
    );
  });
  Object.assign(server, { fault: "trouble", faulty: /^\/(www|experiments|$)/ });
  await page.goto(`${server.url}experiments.html`);
  await until(page, "the experiments", () => document.getElementById("experiment").dataset.ready === "");
  await page.goto(server.url);
  await ready(page);
});

/**
 * A server whose files can be changed: by path, each with its headers and its text, or "hang" for an answer that never comes. `endless`:
 * it redirects x.html to x, as many hosts do.
 */
async function changing(t) {
  const server = { url: "", changed: new Map(), all: null, endless: false, answers: [], pages: new Set() };
  const http = createServer((request, response) => {
    const file = request.url.slice(1).split("?")[0];
    response.on("finish", () => server.answers.push([response.statusCode, file]));
    const change = server.all ?? server.changed.get(file);
    if (change === "hang") return undefined;
    if (!change && server.endless) {
      if (file.endsWith(".html")) return response.writeHead(308, { Location: `/${file.slice(0, -5)}` }).end();
      if (existsSync(path.join(ROOT, `${file}.html`))) request.url = `/${file}.html`;
    }
    if (!change) return answer(request, response);
    const { status = 200, headers = {}, text = "" } = change;
    return response.writeHead(status, { "Cache-Control": "no-cache", ...headers }).end(text);
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  server.url = `http://127.0.0.1:${http.address().port}/`;
  http.keepAliveTimeout = 0;
  t.after(async () => {
    await Promise.all([...server.pages].map((leave) => leave()));
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return server;
}

const worker = readFileSync(path.join(ROOT, "sw.js"), "utf8");
const versionOf = (text) => /const VERSION = "(\w+)"/.exec(text)[1];

test("the service worker knows the content type of every file that it stores", () => {
  const [list, types] = ["FILES", "TYPES"].map(
    (name) => new RegExp(`const ${name} = \\{\n(.*?)\n\\};`, "s").exec(worker)[1],
  );
  const endings = new Set([...list.matchAll(/\.(\w+)": "/g)].map(([, ending]) => ending));
  const known = [...types.matchAll(/^ {2}(\w+): /gm)].map(([, ending]) => ending);
  assert.ok(endings.size > 5, [...endings].join());
  assert.deepEqual(
    [...endings].filter((ending) => !known.includes(ending)),
    [],
  );
});

/** Waits until the copy of this version is whole and the only one. */
const kept = (page, version) =>
  until(
    page,
    "the copy",
    async (wanted) => {
      const { active, installing } = (await navigator.serviceWorker.getRegistration()) ?? {};
      const copies = (await caches.keys()).filter((name) => name.startsWith("fabula-page "));
      return !installing && active?.state === "activated" && copies.length === 1 && copies[0].endsWith(wanted);
    },
    version,
  );
// Counts need the files that scripts/serve.mjs serves, with their dates.
const counts = { skip: PKG !== "pkg" && "counts the files of pkg/", timeout: 180_000 };

for (const start of ["", "experiments.html"]) {
  test(`a first visit of /${start} loads no file twice, and a second one nothing that is here`, counts, async (t) => {
    const server = await changing(t);
    const context = await shared.browser.createBrowserContext();
    t.after(() => context.close());
    const isReady = (page) =>
      start === ""
        ? ready(page)
        : until(page, "the form", () => document.getElementById("experiment").dataset.ready === "");
    const page = await visit(t, { ...shared, server }, { context, query: start, serviceWorker: true });
    await isReady(page);
    await kept(page, versionOf(worker));
    const loaded = server.answers.filter(([status]) => status === 200).map(([, file]) => file || "./");
    assert.deepEqual(
      loaded.filter((file, at) => loaded.indexOf(file) !== at && !file.startsWith("www/worker.js")),
      [],
    );
    server.answers.length = 0;
    const again = await visit(t, { ...shared, server }, { context, query: start, serviceWorker: true });
    await isReady(again);
    assert.deepEqual(
      server.answers.filter(([status]) => status === 200),
      [],
    );
  });
}

test("one changed letter loads one file", counts, async (t) => {
  const server = await changing(t);
  const context = await shared.browser.createBrowserContext();
  t.after(() => context.close());
  const page = await visit(t, { ...shared, server }, { context, serviceWorker: true });
  await ready(page);
  await kept(page, versionOf(worker));
  const file = "www/style/judge.css";
  const text = `${readFileSync(path.join(ROOT, file), "utf8")}\n/* a */\n`;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const next = worker
    .replace(new RegExp(`"${file}": "\\w+"`), `"${file}": "${hash}"`)
    .replace(/const VERSION = "\w+"/, 'const VERSION = "0123456789abcdef"');
  assert.notEqual(next, worker);
  server.changed.set(file, { headers: { "Content-Type": "text/css" }, text });
  server.changed.set("sw.js", { headers: { "Content-Type": "text/javascript" }, text: next });
  server.answers.length = 0;
  const again = await visit(t, { ...shared, server }, { context, serviceWorker: true });
  await ready(again);
  await kept(again, "0123456789abcdef");
  const loaded = server.answers.filter(([status]) => status === 200).map(([, name]) => name);
  assert.deepEqual([...new Set(loaded)].sort(), ["sw.js", file].sort());
  assert.equal(loaded.filter((name) => name === file).length, 1);
});

for (const [what, change] of Object.entries({
  "a wrong hash": { headers: { "Content-Type": "text/css" }, text: "/* another version */" },
  "a wrong type": {
    headers: { "Content-Type": "text/plain" },
    text: readFileSync(path.join(ROOT, "www/style/judge.css")),
  },
  "a redirect to another file": { status: 302, headers: { Location: "/www/style/page.css" } },
})) {
  test(`${what} is not stored, and the page works without a copy`, async (t) => {
    const server = await changing(t);
    server.changed.set("www/style/judge.css", change);
    const page = await visit(t, { ...shared, server }, { serviceWorker: true });
    await ready(page);
    await until(page, "an attempt", async () => (await caches.keys()).some((name) => name.startsWith("fabula-page ")));
    await until(page, "no service worker", async () => !(await navigator.serviceWorker.getRegistration())?.installing);
    assert.equal(
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active ?? null),
      null,
    );
    const stored = await page.evaluate(async () => (await caches.match("www/style/judge.css")) !== undefined);
    assert.equal(stored, false);
    assert.equal((await generate(page, { length: 8 })).token_ids.length, 8);
  });
}

test("on a host that redirects x.html to x, both addresses open without a network", async (t) => {
  const server = await changing(t);
  server.endless = true;
  const page = await visit(t, { ...shared, server }, { expected: /503/, serviceWorker: true });
  await ready(page);
  await kept(page, versionOf(worker));
  await page.goto(`${server.url}experiments.html`);
  assert.equal(page.url(), `${server.url}experiments`, "the server redirects a page of its own");
  server.all = { status: 503 };
  for (const name of ["experiments.html", "experiments"]) {
    await page.goto(server.url + name);
    await until(page, name, () => document.getElementById("experiment")?.dataset.ready === "");
  }
  for (const name of ["pages/glossary.html", "pages/glossary", "methods"]) {
    await page.goto(server.url + name);
    assert.match(await page.title(), name === "methods" ? /measures/ : /Glossary/, name);
  }
});

test("a server that accepts and never answers: the page opens from its copy", async (t) => {
  const server = await changing(t);
  const context = await shared.browser.createBrowserContext();
  t.after(() => context.close());
  const query = "?patience=1";
  const page = await visit(t, { ...shared, server }, { context, query, serviceWorker: true });
  await ready(page);
  await kept(page, versionOf(worker));
  await page.close();
  server.all = "hang";
  const start = Date.now();
  const again = await visit(t, { ...shared, server }, { context, query, serviceWorker: true });
  await until(again, "the page", () => document.getElementById("unstarted") === null);
  assert.ok(Date.now() - start < 10_000, `${Date.now() - start} ms`);
  // The model's list is asked of the server, which the page says, with a way out.
  await until(again, "what is missing", () => /sent nothing|Ready:/.test(document.body.innerText));
});

const isSeen = (page) =>
  until(page, "the static line", () =>
    document.getElementById("unstarted")?.checkVisibility({ visibilityProperty: true }),
  );

for (const start of ["", "experiments.html"]) {
  test(`/${start} says so where its program is not there`, async (t) => {
    const server = await serve(t);
    Object.assign(server, { fault: "missing", faulty: /^\/www\/.*main\.js/ });
    const page = await visit(t, { ...shared, server }, { query: start, expected: /404/ });
    await isSeen(page);
    server.fault = "";
    await page.reload();
    await until(page, "the page", () => document.getElementById("unstarted") === null);
  });

  // Firefox's driver does not open files.
  test(`/${start} opened as a file says what to do`, { skip: isFirefox }, async (t) => {
    const page = await shared.browser.newPage();
    t.after(() => page.close());
    await page.goto(pathToFileURL(path.join(ROOT, start || "index.html")).href);
    await isSeen(page);
    const text = await page.$eval("#unstarted", (line) => line.textContent);
    assert.match(text, /make serve/);
  });
}
