// Writes the address of the site into the pages of a copy that is to be published: chats and social networks want absolute addresses.
//   node scripts/host.mjs FOLDER ADDRESS   such as: node scripts/host.mjs site https://example.org/fabula/
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PICTURE } from "./pages/tags.mjs";

const [folder, address] = process.argv.slice(2);
if (!folder || !/^https?:\/\//.test(address ?? "") || !existsSync(path.join(folder, "index.html"))) {
  console.error("node scripts/host.mjs FOLDER ADDRESS: a copy of the site, and the address where it will be.");
  process.exit(1);
}
const root = address.endsWith("/") ? address : `${address}/`;
const within = (name) => readdirSync(path.join(folder, name)).map((file) => path.posix.join(name, file));
const pages = [...within(""), ...within("pages")].filter((file) => file.endsWith(".html"));
for (const page of pages) {
  const file = path.join(folder, page);
  const url = new URL(page === "index.html" ? "./" : page, root);
  const html = readFileSync(file, "utf8");
  const written = html
    .replace(/^ *<meta property="og:url".*\n/m, "")
    .replace(
      /^( *)<meta property="og:image" content="[^"]*">\n/m,
      `$1<meta property="og:url" content="${url}">\n$1<meta property="og:image" content="${new URL(PICTURE, root)}">\n`,
    );
  if (!written.includes(`"${new URL(PICTURE, root)}"`)) throw new Error(`${page} has no og:image`);
  writeFileSync(file, written);
}
// The service worker knows each page by its hash.
execFileSync(process.execPath, [fileURLToPath(new URL("offline.mjs", import.meta.url))], { cwd: folder });
console.log(`${pages.length} pages have the address ${root}`);
