// How the tests written for Node report: one line per file, every failure in full, every skipped test by name.
//   node --test --test-reporter=./scripts/reporter.mjs FILES
// FABULA_TALLY names a file that gets the totals, "PASSED FAILED"; FABULA_SKIPPED one that gets a line per skipped test.
import { appendFileSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/** Appends to the file that an environment variable names, if it names one. */
function record(variable, line) {
  if (process.env[variable]) appendFileSync(process.env[variable], `${line}\n`);
}

const indented = (text) => text.replace(/^/gm, "    ");

/** The error as the test threw it: Node wraps it in one of its own. */
const cause = (error) => inspect(error?.cause ?? error, { depth: 4 });

export default async function* report(events) {
  /** Per file: how many tests passed, failed and were skipped, and how long they took. */
  const files = new Map();
  const failures = [];
  for await (const { type, data } of events) {
    if (type === "test:diagnostic" && data.nesting > 0) yield `    ${data.message}\n`;
    if (type === "test:stderr" || type === "test:stdout") yield data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const file = path.relative(process.cwd(), data.file ?? "");
    const counts = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, took: 0 };
    files.set(file, counts);
    // A parent's time includes that of its subtests.
    if (data.nesting === 0) counts.took += data.details.duration_ms;
    if (data.skip !== undefined) {
      counts.skipped += 1;
      const reason = typeof data.skip === "string" && data.skip ? data.skip : "no reason given";
      record("FABULA_SKIPPED", `${file}, ${data.name}: ${reason}`);
    } else if (type === "test:pass") counts.passed += 1;
    // A parent fails with its subtests; only what failed first is reported.
    else if (data.details.error?.failureType !== "subtestsFailed") {
      counts.failed += 1;
      failures.push(file);
      yield `FAILED ${file}: ${data.name} (${seconds(data.details.duration_ms)})\n${indented(cause(data.details.error))}\n`;
    }
  }
  const sum = (what) => [...files.values()].reduce((all, counts) => all + counts[what], 0);
  const byTime = [...files].sort(([, a], [, b]) => b.took - a.took);
  for (const [file, { passed, failed, skipped, took }] of byTime) {
    const more = [failed && `${failed} FAILED`, skipped && `${skipped} skipped`].filter(Boolean).join(", ");
    yield `  ${seconds(took).padStart(8)}  ${file}: ${passed} passed${more && `, ${more}`}\n`;
  }
  record("FABULA_TALLY", `${sum("passed")} ${sum("failed")}`);
  for (const file of new Set(failures)) record("FABULA_FAILED", file);
}
