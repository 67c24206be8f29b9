// Texts and JSON from files and servers. Editors on Windows put a byte-order mark before a text, and two characters at the end of a line;
// neither may change a result.

/**
 * A text in UTF-8, without a byte-order mark and with line feeds alone at the ends of its lines.
 * @param {Blob | Response} source
 * @returns {Promise<string>}
 */
export async function readText(source) {
  // Both leave one byte-order mark out; a file that two programs have marked has two.
  return (await source.text()).replace(/^\uFEFF+/, "").replaceAll(/\r\n?/g, "\n");
}

/**
 * @param {Blob | Response} source
 * @returns {Promise<any>}
 * @throws {SyntaxError}  it is not JSON
 */
export async function readJson(source) {
  return JSON.parse(await readText(source));
}
