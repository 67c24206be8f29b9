// The same folder on other servers: at a sub-path, and from make serve.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { get } from "node:http";
import { test } from "node:test";
import { copiedLink, generate, ready } from "./reader.mjs";
import { ROOT, house, visit } from "./support.mjs";

const shared = house({ base: "/some/where/" });

test("the page works at a sub-path, and its link names it", async (t) => {
  const page = await visit(t, shared, { serviceWorker: true });
  await ready(page);
  assert.equal((await generate(page, { length: 8 })).token_ids.length, 8);
  assert.ok((await copiedLink(page)).startsWith(shared.server.url));
  assert.deepEqual(
    shared.server.requests.filter((url) => !url.startsWith("/some/where/")),
    [],
  );
});

/** A plain request: fetch would tidy the path up before sending it. */
const ask = (base, path) =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    get({ hostname, port, path }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode,
        type: response.headers["content-type"],
        cache: response.headers["cache-control"],
      });
    }).on("error", reject);
  });

test("scripts/serve.mjs serves the folder and nothing else", async (t) => {
  const server = spawn(process.execPath, ["scripts/serve.mjs"], { cwd: ROOT, env: { ...process.env, PORT: "8765" } });
  t.after(() => server.kill("SIGINT"));
  const words = await new Promise((resolve) => server.stdout.once("data", (bytes) => resolve(String(bytes))));
  const base = /http:\/\/localhost:(\d+)\//.exec(words);
  assert.ok(base, words);
  const root = `http://127.0.0.1:${base[1]}/`;
  const types = {
    "/": /^text\/html/,
    "/pkg/fabula_bg.wasm": /^application\/wasm$/,
    "/pkg/fabula.js": /^text\/javascript/,
    "/models/index.json": /^application\/json/,
  };
  for (const [path, type] of Object.entries(types)) {
    const found = await ask(root, path);
    assert.equal(found.status, 200, path);
    assert.match(found.type, type, path);
    assert.equal(found.cache, "no-cache");
  }
  const refused = [
    "/.git/HEAD",
    "/target/toolchain.env",
    "/node_modules/puppeteer-core/package.json",
    "/docs/",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/www/..%2f.git/HEAD",
    "/www/%2e%2e/target/toolchain.env",
    "//etc/passwd",
    "/%00",
    "/..%5c..%5cx",
  ];
  for (const path of refused) assert.equal((await ask(root, path)).status, 404, path);
});
