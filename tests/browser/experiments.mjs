// What a reader does on the page of experiments. Controls are found by role and accessible name only.
import { readFileSync, writeFileSync } from "node:fs";
import { MODEL, fabula, inFolder, rowsIn } from "./command.mjs";
import { saved } from "./downloads.mjs";
import { alerts, fillIn, press, until } from "./reader.mjs";
import { visit } from "./support.mjs";

/** A sweep that takes a second or two: 8 stories. */
export const SMALL = { first: "0.3,1.2", second: "0.9,1", seeds: 2, length: 12 };
/** One that can be paused in the middle. */
export const LONG = { first: "0.5:1.5:6", second: "0.8,0.9,1", seeds: 6, length: 48 };

/** Opens the page of experiments and waits for its form. */
export async function open(t, shared, options = {}) {
  const page = await visit(t, shared, { ...options, query: "experiments.html" });
  await formed(page);
  return page;
}

/** Waits until the settings are there and what is kept of them is read. */
export const formed = (page) =>
  until(
    page,
    "the form",
    () =>
      document.getElementById("experiment").dataset.ready === "" &&
      document.getElementById("run-status")?.textContent !== "",
  );

export async function fillForm(page, { first, second, seeds, length, prompts }) {
  if (first !== undefined) await fillIn(page, "textbox", "Values of the first setting", first);
  if (second !== undefined) await fillIn(page, "textbox", "Values of the second setting", second);
  if (seeds !== undefined) await fillIn(page, "spinbutton", "Seeds per cell", seeds);
  if (length !== undefined) await fillIn(page, "spinbutton", "Tokens per story", length);
  if (prompts !== undefined) await fillIn(page, "textbox", "Prompts", prompts);
  await until(
    page,
    "what was typed",
    () => document.querySelector(".sweep-fields").getAttribute("aria-busy") !== "true",
  );
}

/** What Save JSON gives. */
export const json = async (t, page) => JSON.parse((await saved(t, page, "Save JSON")).bytes.toString());

export const status = (page) => page.$eval("#run-status", (text) => text.textContent);

export const reaches = (page, words) =>
  until(page, words, (pattern) => new RegExp(pattern).test(document.getElementById("run-status").textContent), words);

/** Follows a link on the open page, and gives back what it complains of. */
export async function follow(page, fragment) {
  await page.evaluate((link) => {
    document.getElementById("notices").replaceChildren();
    location.hash = link;
  }, fragment);
  await until(page, "a complaint", () => document.querySelector('#notices [role="alert"]:not(:empty)') !== null);
  return (await alerts(page)).join(" ");
}

/** Lets the worker break down, once, when it is asked this of so many stories or pairs of them. */
export const failing = (type, amount) => (page) =>
  page.evaluateOnNewDocument(
    (question, all) => {
      let failed = false;
      const { Worker: Whole } = globalThis;
      globalThis.Worker = class extends Whole {
        constructor(...words) {
          super(...words);
          const { postMessage } = this;
          this.postMessage = (message) => {
            if (failed || message.type !== question || (message.written ?? message.outcomes.length) !== all)
              return postMessage.call(this, message);
            failed = true;
            const data = { type: "error", id: null, code: "panic", message: "The engine is gone." };
            return setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data })));
          };
        }
      };
    },
    type,
    amount,
  );

/** Waits until that is told. */
export const tellsOfFailure = (page) =>
  until(page, "the alert", () =>
    [...document.querySelectorAll('[role="alert"]')].some((one) => one.textContent.includes("The engine is gone.")),
  );

/** Runs what the form says, to its end. */
export async function finish(page) {
  await press(page, "Run");
  await reaches(page, "(All|The) .* written");
}

/** Another reader who runs the experiment of a link is told that it is the same, or that it differs where the link promises something else. */
export async function replays(t, shared, page, waiting) {
  await until(page, "the digest", () => location.hash.includes("digest="));
  const { hash } = new URL(page.url());
  const verdict = (reader, words) =>
    until(reader, "the verdict", (all) => document.querySelector(".verdict").textContent.includes(all), words);
  const other = await open(t, shared, { fragment: hash });
  await reaches(other, waiting);
  await finish(other);
  await verdict(other, "reproduced exactly");
  const wrong = await open(t, shared, { fragment: hash.replace(/digest=.*/, "digest=00000000") });
  await finish(wrong);
  await verdict(wrong, "the tokens differ");
  return other;
}

/** The texts of the heatmap's cells, by what screen readers hear. */
export const cells = (page) => page.$$eval(".heatmap button", (all) => all.map((button) => button.textContent));

/** Waits until every cell has a number, and the analysis of all written stories has been answered. */
export const told = (page) =>
  until(page, "numbers in all cells", () => {
    const all = [...document.querySelectorAll(".heatmap button")];
    const written = Number(/^All (\d+)/.exec(document.getElementById("run-status").textContent)?.[1]);
    const latest = globalThis.asked.findLast(({ type }) => type === "analyse");
    return (
      all.length > 0 &&
      all.every((button) => !button.hasAttribute("data-empty")) &&
      (Number.isNaN(written) || latest?.written === written) &&
      globalThis.said.some(({ type, id }) => type === "findings" && id === latest?.id)
    );
  });

/** Rows that the command line writes for the same sweep. */
export const commandRows = ({ first, second, seeds, length, prompts }, words = ["--no-library"]) =>
  inFolder((file) => {
    const files = prompts === undefined ? [] : ["--prompts", file("prompts.txt")];
    if (prompts !== undefined) writeFileSync(files[1], prompts);
    const grid = ["--grid", `temperature=${first},top_p=${second}`, "--seeds", seeds, "--tokens", length];
    const [csv, lines] = [file("sweep.csv"), file("sweep.jsonl")];
    for (const out of [csv, lines]) fabula("sweep", ...MODEL, ...grid, "--out", out, ...files, ...words);
    const findings = JSON.parse(fabula("findings", csv, "--json", "--metric", "coherence"));
    return { csv: readFileSync(csv, "utf8"), rows: rowsIn(lines), findings };
  });
