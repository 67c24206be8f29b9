// What the server has: the model that is used by default, its library and its adapters.
import { jsonOf, soon } from "../../session/watch.js";

/**
 * @import { AdapterDescription } from "../../protocol.js"
 */

/**
 * `id`: NAME@HASH8, as of adapters. `measures`: all files that numbers stand on, the first digits of their SHA-256: where one of them is
 * another, numbers are others.
 * @typedef {{ id: string, name: string, measures: string, library: { bytes: number, sha256: string } | null, adapters: AdapterDescription[] }} ModelFile
 */

/**
 * The models by the manifest; the wanted one, or the default.
 * @param {string} url
 * @param {string | null} wanted  a name, as links have it
 * @returns {Promise<ModelFile>}
 */
export async function modelFile(url, wanted) {
  const response = await soon(fetch(url, { cache: "no-cache" }));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const { default: usual, models } = await jsonOf(response);
  const of = (/** @type {string | null} */ name) =>
    models.find((/** @type {{ name: string }} */ model) => model.name === name);
  const found = of(wanted) ?? of(usual);
  if (!found) throw new Error("the list of models does not contain its default model");
  const id = (/** @type {{ name: string, sha256: string, hash8?: string }} */ { name, sha256, hash8 }) =>
    `${name}@${hash8 ?? sha256.slice(0, 8)}`;
  return {
    id: id(found),
    name: found.name,
    measures: [found, ...(found.adapters ?? [])]
      .flatMap(({ reference, library }) => [reference, library])
      .map((file) => file?.sha256.slice(0, 8) ?? "-")
      .join(" "),
    library: found.library ? { bytes: found.library.bytes, sha256: found.library.sha256 } : null,
    adapters: (found.adapters ?? []).map(
      (/** @type {{ name: string, sha256: string, title: string, bytes: number }} */ adapter) => ({
        id: id(adapter),
        title: adapter.title,
        bytes: adapter.bytes,
      }),
    ),
  };
}
