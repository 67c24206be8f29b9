// Fetches an adapter that the server has before a story asks for it. The engine's worker finds it in the cache of the models, checks it,
// and takes it from there; while it is fetched the worker is free.
import { Silent, jsonOf, partsOf, soon } from "./watch.js";

/** The cache that the worker keeps model files in, and finds them by their address with their checksum. */
const CACHE = "fabula-models";

/**
 * What the manifest says of a file; of an adapter's files.
 * @typedef {{ file: string, bytes: number, sha256: string }} ManifestFile
 * @typedef {ManifestFile & { name: string, config: ManifestFile, hash8?: string }} ManifestAdapter
 */

/** Why an adapter did not come, in a sentence for the reader. */
export class AdapterProblem extends Error {}

/**
 * Puts both files of an adapter into the cache, unless they are there.
 * @param {object} options
 * @param {string} options.manifestUrl
 * @param {string} options.model  its name
 * @param {string} options.hash8  of the adapter
 * @param {(loaded: number, total: number) => void} options.onProgress
 */
export async function downloadAdapter({ manifestUrl, model, hash8, onProgress }) {
  // Without HTTPS a browser keeps nothing for the page; the worker then fetches the adapter when a story asks for it.
  if (typeof caches === "undefined") return;
  const cache = await caches.open(CACHE).catch(() => null);
  if (cache === null) return;
  const list = await jsonOf(await ask(manifestUrl, "no-cache")).catch((error) => {
    if (error instanceof Silent) throw new AdapterProblem(`${error.message} Try again.`);
    throw new AdapterProblem("The list of models on the server is damaged. Publish models/index.json again.");
  });
  /** @type {ManifestAdapter[]} */
  const adapters = list.models?.find((/** @type {{ name: string }} */ one) => one.name === model)?.adapters ?? [];
  const adapter = adapters.find((one) => (one.hash8 ?? one.sha256.slice(0, 8)) === hash8);
  if (!adapter) throw new AdapterProblem("The server does not have this adapter any more. Reload the page.");
  const total = adapter.bytes + adapter.config.bytes;
  let before = 0;
  for (const file of [adapter.config, adapter]) {
    await download(cache, new URL(file.file, manifestUrl).href, file, (loaded) => onProgress(before + loaded, total));
    before += file.bytes;
  }
}

/**
 * @param {Cache} cache
 * @param {string} url
 * @param {ManifestFile} file
 * @param {(loaded: number) => void} onProgress
 */
async function download(cache, url, { bytes: size, sha256 }, onProgress) {
  const key = `${url}?sha256=${sha256}`;
  if (await cache.match(key)) return onProgress(size);
  const name = url.slice(url.lastIndexOf("/") + 1);
  const bytes = new Uint8Array(size);
  let loaded = 0;
  try {
    for await (const part of partsOf(await ask(url, "no-store"))) {
      if (loaded + part.length > size) throw new AdapterProblem(damaged(name));
      bytes.set(part, loaded);
      loaded += part.length;
      onProgress(loaded);
    }
  } catch (error) {
    throw error instanceof AdapterProblem ? error : new AdapterProblem(interrupted(name, error));
  }
  if (loaded < size || (await digest(bytes)) !== sha256) throw new AdapterProblem(damaged(name));
  // Where the storage is full, the worker fetches it again when a story asks for it.
  await cache.put(key, new Response(bytes)).catch(() => undefined);
}

/**
 * @param {string} url
 * @param {RequestCache} cache
 */
async function ask(url, cache) {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const response = await soon(fetch(url, { cache })).catch((error) => {
    throw new AdapterProblem(
      navigator.onLine
        ? interrupted(name, error)
        : "You are offline, and the adapter has not been stored on this device yet. Connect to the internet and try again.",
    );
  });
  if (!response.ok)
    throw new AdapterProblem(`The server does not give out ${name} (it answered ${response.status}). Try again later.`);
  return response;
}

/**
 * @param {string} name
 * @param {unknown} error
 */
function interrupted(name, error) {
  if (error instanceof Silent) return `${error.message} ${name} has not arrived. Try again.`;
  return `The connection broke while loading ${name}. Check your connection and try again.`;
}

/** @param {string} name */
function damaged(name) {
  return `The file ${name} arrived damaged. Try again; if it happens again, the copy on the server is damaged.`;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function digest(bytes) {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
