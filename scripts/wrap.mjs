// Wraps the prose of our Markdown files at 120 characters. Tables, headings and code stay as they are.
//   node scripts/wrap.mjs           rewrites the files
//   node scripts/wrap.mjs --check   exits with 1 if a file is not wrapped like this
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PAGES } from "./pages/list.mjs";

const WIDTH = 120;
/** Written by a script, which ends each paragraph its own way. */
const GENERATED = "models/fable-9m/stories.md";
const FILES = [...PAGES.map(({ source }) => source), "www/vendor/README.md"].filter((file) => file !== GENERATED);
const ITEM = /^ *(?:[-*]|\d+\.) /;
/** At the start of a line these would begin a list, a heading, a quotation or a table. */
const BEGINS_A_BLOCK = /^(?:[-+*=]|#+|>.*|\|.*|\d+[.)])$/;

/** The text with every paragraph and list item on one line. */
export function unwrapped(text) {
  const lines = [];
  let open = false;
  for (const line of text.split("\n")) {
    const isCode = /^ {4}/.test(line) && !open;
    const isProse = line.trim() !== "" && !isCode && !/^[|#]/.test(line);
    if (isProse && open && !ITEM.test(line)) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
    open = isProse;
  }
  return lines.join("\n");
}

/** The text with every paragraph and list item wrapped. */
export function wrapped(text) {
  let before = "";
  const made = unwrapped(text)
    .split("\n")
    .map((line) => {
      const isCode = /^ {4}/.test(line) && before.trim() === "";
      before = isCode ? "" : line;
      return isCode || /^[|#]/.test(line) ? line : broken(line);
    });
  return made.join("\n");
}

function broken(line) {
  const start = ITEM.exec(line)?.[0] ?? "";
  const words = [];
  for (const word of line.slice(start.length).split(" ")) {
    if (words.length > 0 && BEGINS_A_BLOCK.test(word)) words.push(`${words.pop()} ${word}`);
    else words.push(word);
  }
  const lines = [start + words.shift()];
  for (const word of words) {
    if (lines.at(-1).length + 1 + word.length <= WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(" ".repeat(start.length) + word);
  }
  return lines.join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = FILES.filter((file) => {
    const text = readFileSync(file, "utf8");
    const made = wrapped(text);
    if (made !== text && !process.argv.includes("--check")) writeFileSync(file, made);
    return made !== text;
  });
  if (process.argv.includes("--check") && wrong.length > 0) {
    console.error(`Not wrapped at ${WIDTH} characters: ${wrong.join(", ")}. Run node scripts/wrap.mjs.`);
    process.exit(1);
  }
}
