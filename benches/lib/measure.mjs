// Rows on one model, in one browser: A B C, A B C, and so on.
import { load } from "./machine.mjs";
import { rows as rowsOf, tasks as tasksOf } from "./rows.mjs";
import { summary } from "./statistics.mjs";

/** Milliseconds for a row to begin, on however slow a machine. */
const PATIENCE = 120_000;

/** Opens a row in a browser context of its own: empty caches, a process for itself. */
async function open({ browser, server }, row) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const settings = JSON.stringify({ worker: row.worker, ...row.settings });
    await page.goto(`${server.url}/workers/row.html#${encodeURIComponent(settings)}`);
    await page.waitForFunction(() => globalThis.begun);
    const { error, about, first } = await page.evaluate(() => globalThis.begun);
    if (error) throw new Error(error);
    return { context, page, about, first };
  } catch (error) {
    await context.close();
    throw new Error(`${row.name}: ${error.message}`, { cause: error });
  }
}

/** Milliseconds from the start of a navigation to the first token, in an empty context. */
async function coldStart(shared, row) {
  const { context, first } = await open(shared, row);
  await context.close();
  return first;
}

async function perform(page, task, { details, rate }) {
  await page.bringToFront();
  const run = await page.evaluate((name, words) => globalThis.run(name, words), task, details);
  return rate(run);
}

/**
 * @param {{ browser: import("puppeteer-core").Browser, server: { url: string } }} shared
 * @param {object} about the model, and which rows there are; see rows.mjs
 * @param {{ rounds: number, tokens: number, quick: boolean }} plan
 */
export async function measure(shared, about, plan) {
  const rows = [];
  const tasks = Object.entries(tasksOf(plan));
  const opened = {};
  const samples = {};
  for (const row of rowsOf(about)) {
    try {
      opened[row.id] = await open(shared, row);
    } catch (error) {
      if (row.needed) throw error;
      console.error(`without ${error.message.split("\n")[0]}`);
      continue;
    }
    rows.push(row);
    samples[row.id] = Object.fromEntries([...row.tasks, "cold"].map((task) => [task, []]));
  }
  const loads = [load()];
  // Round 0 warms everything up and is not counted.
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const [name, task] of tasks) {
      for (const row of rows.filter(({ tasks: own }) => own.includes(name))) {
        const rate = await perform(opened[row.id].page, name, task);
        if (round > 0) samples[row.id][name].push(rate);
      }
    }
    for (const row of rows.filter(({ settings }) => settings.first)) {
      if (round > 0) samples[row.id].cold.push(await coldStart(shared, row));
    }
    console.error(`${about.name}: round ${round} of ${plan.rounds}`);
  }
  loads.push(load());
  for (const { context } of Object.values(opened)) await context.close();

  const result = {};
  for (const { id, name } of rows) {
    result[id] = { name, ...opened[id].about };
    for (const [task, numbers] of Object.entries(samples[id])) {
      if (numbers.length) result[id][task] = summary(numbers);
    }
  }
  return { load_before_and_after: loads, rows: result };
}
