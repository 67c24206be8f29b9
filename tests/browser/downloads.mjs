// Files that the page gives the reader.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { press, until } from "./reader.mjs";
import { PATIENCE, isFirefox } from "./support.mjs";

/** Firefox's driver cannot say where downloads go: the file is taken from the link that the page follows. */
async function savedInFirefox(page, button) {
  await page.evaluate(() => {
    globalThis.saved = null;
    let content = null;
    URL.createObjectURL = (blob) => {
      content = blob;
      return "#";
    };
    HTMLAnchorElement.prototype.click = function () {
      void content.arrayBuffer().then((bytes) => {
        globalThis.saved = { name: this.download, bytes: [...new Uint8Array(bytes)] };
      });
    };
  });
  await press(page, button);
  await until(page, `a file from ${button}`, () => globalThis.saved !== null);
  const { name, bytes } = await page.evaluate(() => globalThis.saved);
  return { name, bytes: Buffer.from(bytes) };
}

/** Presses a button that gives a file: its name and its bytes. */
export async function saved(t, page, button) {
  if (isFirefox) return savedInFirefox(page, button);
  const folder = await mkdtemp(path.join(tmpdir(), "fabula-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: folder,
    browserContextId: page.browserContext().id,
  });
  await press(page, button);
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const [name] = (await readdir(folder)).filter((entry) => !entry.startsWith(".") && !entry.endsWith(".crdownload"));
    if (name) return { name, bytes: await readFile(path.join(folder, name)) };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${button} gave no file`);
}

/** The rows of a CSV file, each by its columns' names; as strict as the format. */
export function readCsv(text) {
  assert.equal(text[0], "\uFEFF", "spreadsheets know the encoding from a byte-order mark");
  const rows = [[]];
  let at = 1;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        if (text[at] === '"') at += 1;
        cell += text[at];
      }
      at += 1;
    } else while (at < text.length && !",\r".includes(text[at])) cell += text[at++];
    rows.at(-1).push(cell);
    if (text[at] === ",") at += 1;
    else {
      assert.equal(text.slice(at, at + 2), "\r\n", "a row ends with CR LF");
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  const [head, ...body] = rows;
  return body.map((row) => {
    assert.equal(row.length, head.length);
    return Object.fromEntries(head.map((name, index) => [name, row[index]]));
  });
}
