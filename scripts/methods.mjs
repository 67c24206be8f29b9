// Makes methods.html of docs/methods.md, so that the page's explanations can be read where the page is.
//   node scripts/methods.mjs          after a change of docs/methods.md
//   node scripts/methods.mjs --check  exits with 1 if methods.html is out of date
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Marked } from "marked";

const SOURCE = "docs/methods.md";
const OUTPUT = "methods.html";

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

/** What a heading says, without its markup. */
const plain = (tokens) => tokens.map((token) => (token.tokens ? plain(token.tokens) : (token.text ?? ""))).join("");

/** The ids that GitHub gives to headings, so that a link to one works here and there. */
const used = new Map();
function idOf(text) {
  const id = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
  const before = used.get(id) ?? 0;
  used.set(id, before + 1);
  return before > 0 ? `${id}-${before}` : id;
}

/** Addresses in the text are relative to docs/, the output stands one folder above. */
function moved(address) {
  if (/^([a-z]+:|#|\/)/.test(address)) return address;
  const { pathname, hash } = new URL(address, `file:///${SOURCE}`);
  return pathname.slice(1) + hash;
}

let title = "";
let section = "";
const renderer = {
  heading({ tokens, depth }) {
    section = plain(tokens);
    if (depth === 1) title = section;
    return `<h${depth} id="${idOf(section)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
  },
  // A table wider than a phone scrolls in a box of its own, which the keyboard reaches.
  table(token) {
    const cell = ({ tokens }, tag, attributes = "") =>
      `<${tag}${attributes}>${this.parser.parseInline(tokens)}</${tag}>`;
    const head = `<tr>${token.header.map((told) => cell(told, "th", ' scope="col"')).join("")}</tr>\n`;
    const number = ({ text }) => (/^[−+\d]/.test(text) && text.length < 40 ? ' class="number"' : "");
    const body = token.rows
      .map((cells) => `<tr>${cells.map((told) => cell(told, "td", number(told))).join("")}</tr>\n`)
      .join("");
    return (
      `<div class="table" role="region" tabindex="0" aria-label="Table: ${escaped(section)}">\n` +
      `<table>\n<thead>\n${head}</thead>\n<tbody>\n${body}</tbody>\n</table>\n</div>\n`
    );
  },
  link({ href, tokens }) {
    return `<a href="${escaped(moved(href))}">${this.parser.parseInline(tokens)}</a>`;
  },
  image({ href, text }) {
    return `<img src="${escaped(moved(href))}" alt="${escaped(text)}">`;
  },
  // The text is ours, but nothing but text belongs into it.
  html({ text }) {
    throw new Error(`${SOURCE} has HTML in it: ${text.trim()}`);
  },
};

const body = new Marked({ renderer }).parse(readFileSync(SOURCE, "utf8"));
const page = `<!doctype html>
<!-- Made by scripts/methods.mjs from ${SOURCE}. Do not edit by hand. -->
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="What Fabula measures, how, and how far each number can be trusted.">
    <title>${escaped(title)} · Fabula</title>
    <link rel="icon" href="www/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="www/style/page.css">
    <link rel="stylesheet" href="www/style/methods.css">
  </head>
  <body class="methods">
    <a class="skip" href="#text">Skip to the text</a>
    <header><a href="./">Back to Fabula</a></header>
    <main id="text">
${body}    </main>
  </body>
</html>
`;

if (!process.argv.includes("--check")) writeFileSync(OUTPUT, page);
else if (!existsSync(OUTPUT) || readFileSync(OUTPUT, "utf8") !== page) {
  console.error(`${OUTPUT} is not what ${SOURCE} gives: run node scripts/methods.mjs`);
  process.exit(1);
}
