// The server under the browser tests: the repository's files, and failures on demand.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { ROOT, answer, contentType, publicFile } from "../../scripts/serve.mjs";

/** The build under test: target/pkg is served in the place of pkg/. */
export const PKG =
  process.env.FABULA_PKG || (existsSync(path.join(ROOT, "target/pkg/fabula.js")) ? "target/pkg" : "pkg");

/** The page's code, which does not change while the tests run. Models are not among it: the page has a cache for those. */
const CODE = /^\/(www|pkg)\//;

/**
 * Serves the repository root under `base`. `server.fault` makes the files fail that `server.faulty` names (the models):
 * "corrupt" flips a byte, "missing" answers 404, "trouble" 503, "drop" ends the connection in the middle, "hang" sends half of it and
 * waits, "slow" sends it in ten pieces over five seconds. `cut` ends what is open. `server.prelude` runs in the worker first. `cached`: browsers may keep the page's code without asking
 * again, so that the next page loads faster.
 */
export async function startServer({ base = "/", cached = false } = {}) {
  if (!existsSync(path.resolve(ROOT, PKG, "fabula.js"))) throw new Error(`No build in ${PKG}: run make build`);
  const server = {
    fault: "",
    faulty: /\.gguf(\?|$)/,
    prelude: "",
    requests: [],
    url: "",
    /** Pages that are open here; each closes by its function. @type {Set<() => Promise<void>>} */
    pages: new Set(),
    close: async () => {},
    cut: () => {},
  };
  const http = createServer(async (request, response) => {
    server.requests.push(request.url);
    if (!request.url.startsWith(base)) return response.writeHead(404).end();
    const inside = `/${request.url.slice(base.length)}`;
    if (cached && CODE.test(inside)) keepFor(response, 3600);
    const built = /^\/pkg\/([\w.]+)$/.exec(inside);
    if (server.faulty.test(inside) && server.fault) return fail(server.fault, inside, response);
    if (built && PKG !== "pkg") return sendBytes(response, path.resolve(ROOT, PKG, built[1]));
    if (server.prelude && inside.startsWith("/www/worker.js")) return sendScript(response, server.prelude, inside);
    request.url = inside;
    return answer(request, response);
  });
  // Node ends a connection that has been idle for five seconds; a browser that sends its next request just then is told of a reset.
  http.keepAliveTimeout = 0;
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  server.url = `http://127.0.0.1:${http.address().port}${base}`;
  server.modelRequests = () => server.requests.filter((url) => /\.gguf(\?|$)/.test(url)).length;
  server.cut = () => http.closeAllConnections();
  server.close = () => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  };
  return server;
}

/** A server of a test's own. It ends after the pages that were opened there: a page whose server is gone complains. */
export async function serve(t, options) {
  const server = await startServer(options);
  t.after(async () => {
    await Promise.all([...server.pages].map((leave) => leave()));
    await server.close();
  });
  return server;
}

function keepFor(response, seconds) {
  const write = response.writeHead.bind(response);
  response.writeHead = (status, headers) => write(status, { ...headers, "Cache-Control": `max-age=${seconds}` });
}

async function sendBytes(response, file) {
  const bytes = await readFile(file);
  response.writeHead(200, { "Content-Type": contentType(file), "Content-Length": bytes.length }).end(bytes);
}

async function sendScript(response, prelude, urlPath) {
  const rest = await readFile(await publicFile(urlPath), "utf8");
  response.writeHead(200, { "Content-Type": "text/javascript" }).end(`${prelude}\n${rest}`);
}

async function fail(fault, urlPath, response) {
  if (fault === "missing") return response.writeHead(404).end();
  if (fault === "trouble") return response.writeHead(503).end();
  const bytes = await readFile(await publicFile(urlPath));
  const half = bytes.length >> 1;
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": bytes.length });
  if (fault === "corrupt") {
    bytes[half] ^= 1;
    return response.end(bytes);
  }
  if (fault === "slow") {
    for (let piece = 0; piece < 10; piece += 1) {
      response.write(bytes.subarray((piece * bytes.length) / 10, ((piece + 1) * bytes.length) / 10));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return response.end();
  }
  response.write(bytes.subarray(0, half), () => fault === "drop" && response.destroy());
}
