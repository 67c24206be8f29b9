// Serves the repository root as a static site, with Node's own modules only.
//   node scripts/serve.mjs [PORT] [--host ADDRESS]
import { createReadStream, realpathSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = realpathSync(fileURLToPath(new URL("..", import.meta.url)));
const NOT_PUBLIC = new Set(["target", "node_modules"]);
const PORTS_TO_TRY = 50;

const TYPES = {
  "": "text/plain; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".ts": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

export const contentType = (file) => TYPES[path.extname(file).toLowerCase()] ?? "application/octet-stream";

/** The file a URL path names, or null where it names nothing that may be served. */
export async function publicFile(urlPath) {
  let name;
  try {
    name = decodeURIComponent(urlPath.split(/[?#]/, 1)[0]);
  } catch {
    return null;
  }
  const names = name.split("/").filter(Boolean);
  if (/[\0\\]/.test(name) || names.some((part) => part.startsWith("."))) return null;
  if (NOT_PUBLIC.has(names[0]?.toLowerCase())) return null;
  try {
    let file = await realpath(path.join(ROOT, ...names));
    if (name.endsWith("/")) file = await realpath(path.join(file, "index.html"));
    // A symbolic link may lead out of the root.
    return file.startsWith(ROOT + path.sep) && (await stat(file)).isFile() ? file : null;
  } catch {
    return null;
  }
}

export async function sendFile(request, response, file) {
  const { size, mtime } = await stat(file);
  const headers = {
    "Content-Type": contentType(file),
    // Ask again every time, so that a rebuilt page is seen; an unchanged file costs a 304.
    "Cache-Control": "no-cache",
    "Last-Modified": mtime.toUTCString(),
    "X-Content-Type-Options": "nosniff",
  };
  const known = Date.parse(request.headers["if-modified-since"] ?? "");
  if (known >= Math.floor(mtime.getTime() / 1000) * 1000) return void response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, "Content-Length": size });
  if (request.method === "HEAD") return void response.end();
  // A reader who closes the tab during a download is not news.
  pipeline(createReadStream(file), response, () => {});
}

export async function answer(request, response) {
  const refuse = (code, words) =>
    response.writeHead(code, { "Content-Type": "text/plain", "Cache-Control": "no-cache" }).end(words);
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "Only GET and HEAD.\n");
  const file = await publicFile(request.url);
  return file ? sendFile(request, response, file) : refuse(404, "File not found.\n");
}

function listen(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server.address().port));
  });
}

async function main() {
  const words = process.argv.slice(2);
  const at = words.indexOf("--host");
  const host = (at >= 0 ? words.splice(at, 2)[1] : "") || "127.0.0.1";
  const first = Number(words[0] ?? (process.env.PORT || 8000));
  if (!(Number.isInteger(first) && first >= 0 && first < 65536))
    throw new Error(`Not a port: ${words[0] ?? process.env.PORT}`);
  for (let port = first; ; port += 1) {
    try {
      const found = await listen(createServer(answer), host, port);
      const name = host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host;
      console.log(`Fabula is at http://${name}:${found}/   (Ctrl-C ends it)`);
      if (host !== "127.0.0.1" && host !== "localhost") {
        console.log(
          `Other machines: http://THIS-MACHINE:${found}/. Over plain http, browsers other than this machine's do not ` +
            "keep the model between visits; serve over https for that.",
        );
      }
      break;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || port >= Math.min(first + PORTS_TO_TRY, 65535)) throw error;
    }
  }
  process.on("SIGINT", () => process.exit(0));
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().catch((error) => {
    console.error(`Cannot serve: ${error.message}`);
    process.exit(1);
  });
}
