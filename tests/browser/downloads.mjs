// Files that the page gives the reader.
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
