// WebKitGTK: its small browser behind its WebDriver server, on a screen that is not there. Plain WebDriver over HTTP.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { found } from "../browser/browsers.mjs";

const CONTROL = "\uE009";

/** The three programs, or null when one is missing. */
export function installedWebKit() {
  const programs = found("have_webkit && command -v Xvfb WebKitWebDriver && find_mini_browser")?.split("\n");
  return programs ? { screen: programs[0], driver: programs[1], browser: programs[2] } : null;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a screen in memory; Xvfb chooses a number that is free and tells it. */
async function startScreen(program) {
  const screen = spawn(program, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const number = await new Promise((resolve, reject) => {
    screen.once("error", reject);
    screen.once("exit", () => reject(new Error("Xvfb ended")));
    screen.stdout.once("data", (words) => resolve(String(words).trim()));
  });
  return { process: screen, name: `:${number}` };
}

/** What WebDriver answers to one command. */
async function ask(address, method, body) {
  const response = await fetch(address, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  return value;
}

async function untilItAnswers(address) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(`${address}/status`, "GET");
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(100);
    }
  }
}

/** @returns {Promise<import("./engines.mjs").Browser>} */
export async function startWebKit(installed) {
  const screen = await startScreen(installed.screen);
  const processes = [screen.process];
  const end = () => processes.forEach((one) => one.kill());
  // A browser whose screen is gone ends too: nothing outlives the tests.
  process.once("exit", end);
  try {
    const port = await freePort();
    const driver = spawn(installed.driver, [`--port=${port}`], {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: screen.name },
    });
    processes.push(driver);
    const address = `http://127.0.0.1:${port}`;
    await untilItAnswers(address);
    const options = { binary: installed.browser, args: ["--automation"] };
    const { sessionId, capabilities } = await ask(`${address}/session`, "POST", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    });
    const session = (method, command, body) => ask(`${address}/session/${sessionId}${command}`, method, body);
    return {
      version: capabilities.browserVersion,
      visit: (url) => session("POST", "/url", { url }),
      evaluate: (question, ...words) =>
        session("POST", "/execute/sync", { script: `return (${question}).apply(null, arguments)`, args: words }),
      fill: async (role, name, text) => {
        const field = await named(session, "input, textarea", name);
        // Two commands: a key held down is let go at the end of each.
        await session("POST", `/element/${field}/value`, { text: `${CONTROL}a` });
        await session("POST", `/element/${field}/value`, { text: String(text) });
      },
      press: async (name) => session("POST", `/element/${await named(session, "button", name)}/click`, {}),
      close: async () => {
        await session("DELETE", "").catch(() => {});
        end();
        process.off("exit", end);
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** The control with an accessible name. WebKit's roles are its own (a field for numbers is a textbox), so names must do. */
async function named(session, selector, name) {
  for (const reference of await session("POST", "/elements", { using: "css selector", value: selector })) {
    const [element] = Object.values(reference);
    if ((await session("GET", `/element/${element}/computedlabel`)) === name) return element;
  }
  throw new Error(`There is nothing called "${name}"`);
}
