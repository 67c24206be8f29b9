// Files that the page gives the reader.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { press } from "./reader.mjs";

/** Presses a button that gives a file: its name and its bytes. */
export async function saved(t, page, button) {
  const folder = await mkdtemp(path.join(tmpdir(), "fabula-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId: page.browserContext().id });
  await press(page, button);
  for (let tries = 0; tries < 500; tries += 1) {
    const [name] = (await readdir(folder)).filter((entry) => !entry.startsWith(".") && !entry.endsWith(".crdownload"));
    if (name) return { name, bytes: await readFile(path.join(folder, name)) };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${button} gave no file`);
}
