import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { tags } from "./tags.mjs";

const PAGES = [
  "index.html",
  "experiments.html",
  "methods.html",
  ...readdirSync("pages").map((name) => `pages/${name}`),
];
const read = (file) => readFileSync(file, "utf8");

/** The pixels of a PNG file, from its header. */
function sizeOf(file) {
  const bytes = readFileSync(file);
  assert.equal(bytes.toString("latin1", 1, 4), "PNG", file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

for (const page of PAGES)
  test(`${page} tells chats and devices what it is`, () => {
    const html = read(page);
    const { document } = parseHTML(html);
    const of = (name) =>
      document.querySelector(`meta[property="${name}"], meta[name="${name}"]`).getAttribute("content");
    const to = (file) => path.posix.relative(path.posix.dirname(page), file);
    const lines = tags({ title: document.querySelector("title").textContent, description: of("description"), to });
    assert.ok(html.includes(lines.map((line) => `    ${line}\n`).join("")), lines.join("\n"));
    const picture = path.join(path.dirname(page), of("og:image"));
    assert.deepEqual(sizeOf(picture), [Number(of("og:image:width")), Number(of("og:image:height"))]);
    assert.ok(statSync(picture).size < 200_000);
    assert.match(
      document.querySelector("[http-equiv=Content-Security-Policy]").getAttribute("content"),
      /manifest-src 'self'/,
    );
    const icon = document.querySelector("[rel=apple-touch-icon]").getAttribute("href");
    assert.deepEqual(sizeOf(path.join(path.dirname(page), icon)), [180, 180]);
  });

test("the manifest has its icons, and belongs to the whole site", () => {
  const manifest = JSON.parse(read("www/site.webmanifest"));
  const site = "https://example.org/fabula/";
  for (const name of ["id", "start_url", "scope"])
    assert.equal(new URL(manifest[name], `${site}www/site.webmanifest`).href, site, name);
  const pixels = manifest.icons.filter(({ type }) => type === "image/png");
  for (const { src, sizes } of pixels) assert.equal(sizeOf(`www/${src}`).join("x"), sizes, src);
  assert.deepEqual(
    pixels.map(({ sizes, purpose }) => [sizes, purpose]),
    [
      ["192x192", undefined],
      ["512x512", undefined],
      ["512x512", "maskable"],
    ],
  );
  assert.ok(existsSync(`www/${manifest.icons[0].src}`));
  assert.equal(
    manifest.description,
    parseHTML(read("index.html")).document.querySelector("[name=description]").getAttribute("content"),
  );
});

test("scripts/host.mjs writes the address into a copy, however often", (t) => {
  const copy = mkdtempSync(path.join(tmpdir(), "fabula-site-"));
  t.after(() => rmSync(copy, { recursive: true }));
  for (const name of [
    "index.html",
    "experiments.html",
    "methods.html",
    "pages",
    "sw.js",
    "www",
    "pkg",
    "models/index.json",
    "docs",
  ])
    cpSync(name, path.join(copy, name), { recursive: true });
  const host = (address) => execFileSync(process.execPath, ["scripts/host.mjs", copy, address], { encoding: "utf8" });
  host("https://example.com/early");
  host("https://example.org/fabula");
  const of = (page, name) =>
    [...parseHTML(read(path.join(copy, page))).document.querySelectorAll(`[property="${name}"]`)].map((tag) =>
      tag.getAttribute("content"),
    );
  for (const page of PAGES) assert.deepEqual(of(page, "og:image"), ["https://example.org/fabula/www/share.png"], page);
  assert.deepEqual(of("index.html", "og:url"), ["https://example.org/fabula/"]);
  assert.deepEqual(of("pages/glossary.html", "og:url"), ["https://example.org/fabula/pages/glossary.html"]);
  assert.notEqual(read(path.join(copy, "sw.js")), read("sw.js"), "the service worker knows the changed pages");
});
