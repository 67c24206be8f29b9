// Rows on one model, in one browser: A B C, A B C, and so on.
import { load } from "./machine.mjs";
import { rows as rowsOf, tasks as tasksOf } from "./rows.mjs";
import { summary } from "./statistics.mjs";

/** Milliseconds for a row to begin, on however slow a machine. */
const PATIENCE = 120_000;

/** Opens a row in a browser context of its own: empty caches, a process for itself. */
async function open({ browser, server }, row) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${server.url}/workers/row.html#${encodeURIComponent(JSON.stringify(row.settings))}`);
  await page.waitForFunction(() => globalThis.begun);
  const { error, about, first } = await page.evaluate(() => globalThis.begun);
  if (error) throw new Error(`${row.name}: ${error}`);
  return { context, page, about, first };
}

/** Milliseconds from the start of a navigation to the first token, in an empty context. */
async function coldStart(shared, row) {
  const { context, first } = await open(shared, row);
  await context.close();
  return first;
}

async function perform(page, task, { details, rate }) {
  await page.bringToFront();
  return rate(await page.evaluate((name, words) => globalThis.run(name, words), task, details));
}

/**
 * @param {{ browser: import("puppeteer-core").Browser, server: { url: string } }} shared
 * @param {string} model the address of the model file
 * @param {{ rounds: number, tokens: number, quick: boolean }} plan
 */
export async function measure(shared, model, plan) {
  const rows = rowsOf(model);
  const tasks = Object.entries(tasksOf(plan));
  const opened = {};
  const samples = {};
  for (const row of rows) {
    opened[row.id] = await open(shared, row);
    samples[row.id] = Object.fromEntries([...tasks.map(([task]) => task), "cold"].map((task) => [task, []]));
  }
  const loads = [load()];
  // Round 0 warms everything up and is not counted.
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const [name, task] of tasks) {
      for (const { id } of rows) {
        const rate = await perform(opened[id].page, name, task);
        if (round > 0) samples[id][name].push(rate);
      }
    }
    if (round > 0) for (const row of rows) samples[row.id].cold.push(await coldStart(shared, row));
    console.error(`round ${round} of ${plan.rounds}`);
  }
  loads.push(load());
  for (const { context } of Object.values(opened)) await context.close();
  const result = rows.map(({ id, name }) => {
    const numbers = Object.entries(samples[id]).map(([task, rates]) => [task, summary(rates)]);
    return [id, { name, ...opened[id].about, ...Object.fromEntries(numbers) }];
  });
  return { load_before_and_after: loads, rows: Object.fromEntries(result) };
}
