// Documents become pages, and wrapping changes nothing but where lines end.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { unwrapped, wrapped } from "../wrap.mjs";
import { read } from "./document.mjs";

function document(t, text) {
  const folder = mkdtempSync(path.join(tmpdir(), "document-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "text.md"), text);
  return read(path.join(folder, "text.md"));
}

test("headings have the ids that GitHub gives them, also where two are alike", (t) => {
  const { title, description, ids, render } = document(
    t,
    "# The *judge's* score\n\nOne\nsentence. Two.\n\n## A, b\n\n## A, b\n",
  );
  assert.deepEqual([title, description], ["The judge's score", "One sentence."]);
  assert.deepEqual(ids, ["the-judges-score", "a-b", "a-b-1"]);
  assert.match(render(String), /<h2 id="a-b-1">A, b<\/h2>/);
});

test("a table of contents that leaves a section out is an error", (t) => {
  const text = "# A\n\nText.\n\n## Contents\n\n- [B](#b)\n\n## B\n";
  assert.equal(document(t, text).title, "A");
  assert.throws(() => document(t, `${text}\n### C\n`), /contents do not name c/);
});

test("a link to what the site does not have is text, and markup is an error", (t) => {
  assert.match(
    document(t, "# A\n\n[the log](log.jsonl) here\n").render(() => null),
    /<p>the log here<\/p>/,
  );
  assert.match(
    document(t, "# A\n\n[b & c](x.md)\n").render(() => "x.html"),
    /<a href="x.html">b &amp; c<\/a>/,
  );
  assert.throws(() => document(t, "# A\n\n<b>bold</b>\n").render(String), /has HTML in it/);
});

test("columns without a name hold the names of the rows; numbers do not wrap, sentences do", (t) => {
  const html = document(
    t,
    "# A\n\nText.\n\n| | b |\n|---|---|\n| c | +0.5 (−0.1 to +0.9) ○ |\n| d | 0 to 1, plain |\n",
  ).render();
  assert.match(html, /<td><\/td><th scope="col">b<\/th>/);
  assert.match(html, /<th scope="row">c<\/th><td class="number">\+0\.5 \(−0\.1 to \+0\.9\)&nbsp;○<\/td>/);
  assert.match(html, /<td>0 to 1, plain<\/td>/);
});

test("wrapping breaks lines at 120 characters, and only where no list, heading or table would begin", () => {
  const words = Array.from({ length: 60 }, (_, index) => ["x", "+", "-", "#", "1.", "|", "=", "long-word"][index % 8]);
  const text = `# ${"h".repeat(150)}\n\n${words.join(" ")}\n\n- ${words.join(" ")}\n  1. b\n\n    ${"c ".repeat(90)}\n\n| ${"t ".repeat(90)} |\n`;
  const made = wrapped(text);
  assert.equal(unwrapped(made), text);
  assert.equal(wrapped(made), made);
  const prose = made.split("\n").filter((line) => !/^(?:[|#]| {4})/.test(line));
  assert.ok(prose.every((line) => line.length <= 120));
  assert.ok(!prose.some((line) => /^ *(?:[+#|=]|-$)/.test(line)));
});
