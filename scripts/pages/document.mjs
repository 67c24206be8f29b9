// A Markdown document as HTML.
import { readFileSync } from "node:fs";
import { Marked } from "marked";
import { escaped } from "./escaped.mjs";

/** A number, with its interval where it has one. */
const NUMBER = /^[−+]?\d[\d.,]*%?(?: \([−+\d., to]+\))?(?: ○)?$/;

/** What a heading or a paragraph says, without its markup. */
const plain = (tokens) =>
  tokens
    .map((token) => (token.tokens ? plain(token.tokens) : (token.text ?? "")))
    .join("")
    .replace(/\s+/g, " ");

/**
 * Reads a document.
 * @param {string} source
 * @returns {{ title: string, description: string, ids: string[], render: (address: (href: string) => string | null) => string }}
 *   its first heading, its first sentence, the ids of its headings, and what makes its HTML; `address` rewrites a link, and
 *   gives null where only the text of the link is to be shown
 */
export function read(source) {
  const text = readFileSync(source, "utf8");
  const tokens = new Marked().lexer(text);
  const headings = tokens.filter(({ type }) => type === "heading").map((heading) => plain(heading.tokens));
  const ids = idsOf(headings);
  checkContents(source, tokens, ids);
  const first = plain(tokens.find(({ type }) => type === "paragraph").tokens);
  return {
    title: headings[0],
    description: /^.*?[.!?](?= |$)/.exec(first)?.[0] ?? first,
    ids,
    render: (address) => rendered(source, text, headings, ids, address),
  };
}

/** The ids that GitHub gives to headings, so that a link to one works here and there. */
function idsOf(headings) {
  const used = new Map();
  return headings.map((heading) => {
    const id = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    const before = used.get(id) ?? 0;
    used.set(id, before + 1);
    return before > 0 ? `${id}-${before}` : id;
  });
}

/** A table of contents names every section. */
function checkContents(source, tokens, ids) {
  const at = ids.indexOf("contents");
  if (at < 0) return;
  const headings = tokens.filter(({ type }) => type === "heading");
  const listed = tokens.slice(tokens.indexOf(headings[at])).find(({ type }) => type === "list").raw;
  const missing = ids.filter((id, index) => index > at && headings[index].depth > 1 && !listed.includes(`(#${id})`));
  if (missing.length > 0) throw new Error(`${source}: its contents do not name ${missing.join(", ")}`);
}

function rendered(source, text, headings, ids, address) {
  let count = -1;
  const renderer = {
    heading({ tokens, depth }) {
      count++;
      return `<h${depth} id="${ids[count]}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    // A table or code wider than a phone scrolls in a box of its own, which the keyboard reaches.
    table(token) {
      const cell = ({ tokens }, tag, attributes = "") =>
        `<${tag}${attributes}>${this.parser.parseInline(tokens)}</${tag}>`;
      const number = ({ text: value }) => (NUMBER.test(value) ? ' class="number"' : "");
      // A column without a name has the names of the rows.
      const namesRows = token.header[0].text === "";
      const heads = token.header.map((one) => (one.text === "" ? "<td></td>" : cell(one, "th", ' scope="col"')));
      const hasHead = token.header.some(({ text: name }) => name !== "");
      const head = hasHead ? `<thead>\n<tr>${heads.join("")}</tr>\n</thead>\n` : "";
      const body = token.rows
        .map((cells) => {
          const [first, ...others] = cells;
          const name = namesRows ? cell(first, "th", ' scope="row"') : cell(first, "td", number(first));
          return `<tr>${name}${others.map((one) => cell(one, "td", number(one))).join("")}</tr>\n`;
        })
        .join("");
      return (
        `<div class="table" role="group" tabindex="0" aria-label="Table: ${escaped(headings[count])}">\n` +
        `<table>\n${head}<tbody>\n${body}</tbody>\n</table>\n</div>\n`
      );
    },
    code({ text: code }) {
      return `<pre role="group" tabindex="0" aria-label="Code: ${escaped(headings[count])}"><code>${escaped(code)}\n</code></pre>\n`;
    },
    link({ href, tokens }) {
      const to = address(href);
      const shown = this.parser.parseInline(tokens);
      return to === null ? shown : `<a href="${escaped(to)}">${shown}</a>`;
    },
    image({ href, text: alt }) {
      const to = address(href);
      if (to === null) throw new Error(`${source} shows ${href}, which is not on the site`);
      return `<img src="${escaped(to)}" alt="${escaped(alt.replace(/\s+/g, " "))}">`;
    },
    // The text is ours, but nothing but text belongs into it.
    html({ text: markup }) {
      throw new Error(`${source} has HTML in it: ${markup.trim()}`);
    },
  };
  // The sign that a correlation may be nothing stays with its number.
  return new Marked({ renderer }).parse(text).replace(/\s+○/g, "&nbsp;○");
}
