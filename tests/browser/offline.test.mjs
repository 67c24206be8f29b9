// After one visit the page opens and writes without a network.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { generate, ready, until } from "./reader.mjs";
import { ROOT, house, serve, visit } from "./support.mjs";

const shared = house();

test("the service worker names every file of the page", () => {
  const text = readFileSync(path.join(ROOT, "sw.js"), "utf8");
  const named = [...text.matchAll(/^ {2}"([^"]+)",$/gm)]
    .map((match) => match[1])
    .filter((name) => name.startsWith("www/"));
  const there = readdirSync(path.join(ROOT, "www"), { recursive: true })
    .map((name) => `www/${name}`)
    .filter((name) => /\.(js|css|json|svg)$/.test(name));
  assert.deepEqual(named.sort(), there.sort());
});

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
