// Serves some folders to the rows, each under a name. Cross-origin isolated, because only then are the browser's clocks fine.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";
import { contentType } from "../../scripts/serve.mjs";

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** @param {Record<string, string>} folders name in the address to folder on disk */
export async function serveFolders(folders) {
  const http = createServer(async (request, response) => {
    const [, name, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
    const folder = folders[name] && path.resolve(folders[name]);
    const file = folder && path.join(folder, ...rest);
    const found = file?.startsWith(folder + path.sep) && (await stat(file).catch(() => null));
    if (!found || !found.isFile()) return response.writeHead(404, HEADERS).end();
    response.writeHead(200, { ...HEADERS, "Content-Type": contentType(file), "Content-Length": found.size });
    pipeline(createReadStream(file), response, () => {});
  });
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${http.address().port}`,
    close() {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(resolve));
    },
  };
}
