// Makes the pages that show our Markdown documents on the site: scripts/pages/list.mjs says which.
//   node scripts/pages.mjs          after a change of one of the documents
//   node scripts/pages.mjs --check  exits with 1 if a page is out of date
// Stops if a document links to a file or a heading that does not exist.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PAGES } from "./pages/list.mjs";
import { read } from "./pages/document.mjs";
import { html } from "./pages/template.mjs";

const documents = PAGES.map((entry) => ({ ...entry, ...read(entry.source) }));
const bySource = new Map(documents.map((document) => [document.source, document]));
/** Files of the site apart from the documents; it shows no folders. */
const PUBLISHED = /^(?:docs|models|www|pkg)\/.*[^/]$|^[^/]+\.html$/;

/** The address of a link in `source`, as `page` has to write it; null where the site does not have the file. */
function address(source, page, href) {
  if (/^[a-z]+:/.test(href)) return href;
  const { pathname, hash } = new URL(href, `file:///${source}`);
  const file = decodeURIComponent(pathname.slice(1));
  if (!existsSync(file)) throw new Error(`${source} links to ${file}, which does not exist`);
  const target = bySource.get(file);
  if (target && hash && !target.ids.includes(hash.slice(1)))
    throw new Error(`${source} links to ${file}${hash}, which does not exist`);
  if (file === source) return hash;
  if (!target && !PUBLISHED.test(file)) return null;
  return path.posix.relative(path.posix.dirname(page), target?.page ?? file) + hash;
}

const wrong = readdirSync(".")
  .filter((name) => name === "pages")
  .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
  .filter((file) => !PAGES.some(({ page }) => page === file));
const isChecked = process.argv.includes("--check");
for (const document of documents) {
  const { source, page } = document;
  const made = html({ ...document, body: document.render((href) => address(source, page, href)) }, PAGES);
  if (isChecked) {
    if (!existsSync(page) || readFileSync(page, "utf8") !== made) wrong.push(page);
  } else {
    mkdirSync(path.dirname(page), { recursive: true });
    writeFileSync(page, made);
  }
}
if (wrong.length > 0) {
  console.error(
    `Not what the documents give: ${wrong.join(", ")}. Run node scripts/pages.mjs, and delete what it does not write.`,
  );
  process.exit(1);
}
