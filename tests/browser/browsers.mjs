// The browsers that the tests of the page run in.
import { execFileSync } from "node:child_process";
import puppeteer from "puppeteer-core";
import { ROOT } from "../../scripts/serve.mjs";

/** Which browser the tests run in: FABULA_BROWSER=firefox, or Chromium. */
export const isFirefox = process.env.FABULA_BROWSER === "firefox";

/** What a function of scripts/env.sh finds, by the names that are listed there, or null. A path that is given is taken as it is. */
export function found(search, given) {
  if (given?.startsWith("/")) return given;
  try {
    return execFileSync("bash", ["-c", `. scripts/env.sh && ${search}`], { cwd: ROOT, encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

export function chromium() {
  const program = found("find_chromium", process.env.CHROME);
  if (!program) throw new Error("No Chromium found: make setup, or name one in CHROME");
  return program;
}

/** Firefox, or null where there is none. */
export const firefox = () => found("find_firefox", process.env.FIREFOX);

export const launchFirefox = (executablePath) =>
  puppeteer.launch({
    browser: "firefox",
    executablePath,
    // The tests read the clipboard; nobody is there to be asked.
    extraPrefsFirefox: { "dom.events.testing.asyncClipboard": true },
  });

const launchChromium = () =>
  puppeteer.launch({
    executablePath: chromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-dev-shm-usage",
      // Pages of the browser's own that nobody sees.
      "--disable-features=PreloadTopChromeWebUI",
    ],
  });

export const launch = () => (isFirefox ? launchFirefox(firefox()) : launchChromium());
