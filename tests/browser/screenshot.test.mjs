// The picture in the README is made by the tests: FABULA_SCREENSHOTS=1 writes docs/screenshot.png.
import path from "node:path";
import { test } from "node:test";
import { generate, openLibrary, ready, said } from "./reader.mjs";
import { ROOT, house, visit } from "./support.mjs";

const asked = process.env.FABULA_SCREENSHOTS === "1";
const shared = asked ? house() : null;

test("docs/screenshot.png", { skip: !asked && "set FABULA_SCREENSHOTS=1" }, async (t) => {
  const page = await visit(t, shared, { viewport: { width: 1280, height: 720 } });
  await ready(page);
  await openLibrary(page);
  const prompt = "Once upon a time, in a house at the edge of the forest, there lived";
  for (const [seed, temperature] of [
    [5, 0.2],
    [6, 0.5],
    [7, 1.1],
    [8, 1.5],
    [9, 1.9],
  ]) {
    await generate(page, { prompt, temperature, top_p: 0.95, seed, length: 120 });
  }
  await generate(page, { temperature: 0.8, seed: 42, length: 160 });
  await said(page, "measured", 6);
  await page.evaluate(() => {
    scrollTo(0, 0);
    document.activeElement?.blur();
  });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(ROOT, "docs/screenshot.png") });
});
