// What every document's page has around its text.
import path from "node:path";
import { escaped } from "./escaped.mjs";
import { tags } from "./tags.mjs";

/** In the header, after the two pages of the app. */
const FIRST = ["README.md", "docs/methods.md", "docs/glossary.md"];

/** The page of a document, among all of them. */
export function html({ source, page, title, description, body }, pages) {
  const to = (file) => path.posix.relative(path.posix.dirname(page), file);
  const link = (file, name) =>
    `<a href="${to(file)}"${file === page ? ' aria-current="page"' : ""}>${escaped(name)}</a>`;
  const links = (list) => list.map((entry) => link(entry.page, entry.name)).join("");
  const isFirst = (entry) => FIRST.includes(entry.source);
  const name = pages.find((entry) => entry.page === page).name;
  const heading = title === "Fabula" || title === name ? `${name} · Fabula` : `${title} · Fabula`;
  return `<!doctype html>
<!-- Made by scripts/pages.mjs from ${source}. Do not edit by hand. -->
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${escaped(description)}">
    <title>${escaped(heading)}</title>
    ${tags({ title: heading, description, to }).join("\n    ")}
    <link rel="stylesheet" href="${to("www/style/page.css")}">
    <link rel="stylesheet" href="${to("www/style/methods.css")}">
  </head>
  <body class="methods" data-document="${path.posix.basename(page, ".html")}">
    <a class="skip" href="#text">Skip to the text</a>
    <header>
      ${title === "Fabula" ? "" : `<a class="brand" href="${to("index.html")}">Fabula</a>`}
      <nav class="pages" aria-label="Pages">${link("index.html", "Stories")}${link("experiments.html", "Experiments")}${links(pages.filter(isFirst))}</nav>
    </header>
    <main id="text">
${body}    </main>
    <footer>
      <h2>More about Fabula</h2>
      <nav class="pages" aria-label="More about Fabula">${links(pages.filter((entry) => !isFirst(entry)))}</nav>
    </footer>
  </body>
</html>
`;
}
