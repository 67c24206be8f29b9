// The walk through the page in Firefox: by keyboard to a story, into its words, to a branch; links, files out and in, every sampler beside
// the command line, axe. The same tests as in Chromium, of which Firefox's slow driver is given some.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { firefox } from "../browser/browsers.mjs";
import { inWholeSet } from "../browser/sets.mjs";
import { ROOT } from "../browser/support.mjs";

const FILES = ["lens", "branch", "compare", "history", "agreement", "accessibility"];
const NAMES =
  /by keyboard(:| alone)|replayed by its link|here again after a reload|without loss|golden stories|axe finds nothing: from the first/;

/** Runs tests in Firefox; what node has to say of them, and how they ended. */
function inFirefox(files, names) {
  const env = { ...process.env, FABULA_BROWSER: "firefox" };
  // It would take the results for its own.
  delete env.NODE_TEST_CONTEXT;
  const words = ["--test", "--test-reporter=tap", "--test-concurrency=2", `--test-name-pattern=${names.source}`];
  const node = spawn(process.execPath, [...words, ...files], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  node.stdout.on("data", (text) => (log += text));
  return new Promise((resolve, reject) => {
    node.once("error", reject);
    node.once("close", (code) => resolve({ code, log }));
  });
}

const missing = firefox() ? false : "Firefox is not installed: the page was NOT tried there";

test("the walk through the page in Firefox", { skip: inWholeSet || missing }, async (t) => {
  const files = FILES.map((name) => path.join("tests/browser", `${name}.test.mjs`));
  const { code, log } = await inFirefox(files, NAMES);
  const results = [...log.matchAll(/^(?:not )?ok \d+ - (.*)$/gm)].map(([line]) => line);
  const tried = results.filter((line) => !line.includes("# SKIP"));
  t.diagnostic(tried.join("\n"));
  assert.equal(code, 0, log);
  assert.ok(tried.length >= FILES.length, `${tried.length} tests ran`);
});
