// The browsers that the tests of the page run in.
import { execFileSync } from "node:child_process";
import puppeteer from "puppeteer-core";

/** Which browser the tests run in: FABULA_BROWSER=firefox, or Chromium. */
export const isFirefox = process.env.FABULA_BROWSER === "firefox";

export function chromium() {
  for (const name of [process.env.CHROME, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    try {
      if (name) return execFileSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" }).trim();
    } catch {
      // the next name
    }
  }
  throw new Error("No Chromium found: make setup, or name one in CHROME");
}

/** Firefox, or null where there is none. */
export function firefox() {
  for (const name of [process.env.FIREFOX, "firefox-esr", "firefox"]) {
    try {
      // An Ubuntu `firefox` may only be a note that says to install a snap: it must answer.
      if (name)
        return execFileSync("sh", ["-c", '"$0" --version >/dev/null 2>&1 && command -v "$0"', name], {
          encoding: "utf8",
        }).trim();
    } catch {
      // the next name
    }
  }
  return null;
}

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
