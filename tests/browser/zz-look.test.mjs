import { test } from "node:test";
import { generate, ready, settle } from "./reader.mjs";
import { house, visit } from "./support.mjs";
const shared = house();
const phone = { width: 360, height: 740, hasTouch: true, isMobile: true };
for (const [name, viewport, scheme] of [["desk", undefined, "light"], ["dark", undefined, "dark"], ["phone", phone, "light"]]) {
  test(name, async (t) => {
    const page = await visit(t, shared, { viewport, scheme });
    await ready(page);
    for (const seed of [1, 2, 3, 4]) await generate(page, { seed, length: 40 });
    await page.evaluate(() => document.querySelectorAll(".history .star")[1].click());
    await page.evaluate(() => document.querySelectorAll(".history-value")[1].querySelectorAll("input")[4].click());
    await settle(page);
    await (await page.$("#history")).scrollIntoView();
    await (await page.$("#history")).screenshot({ path: `/tmp/shots/history-${name}.png` });
  });
}
