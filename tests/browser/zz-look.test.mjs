import { test } from "node:test";
import { generate, press, ready, said, settle } from "./reader.mjs";
import { house, visit } from "./support.mjs";
const shared = house();
const phone = { width: 360, height: 740, hasTouch: true, isMobile: true };
for (const [name, viewport, scheme] of [["desk", undefined, "light"], ["phone", phone, "light"], ["mid", { width: 900, height: 900 }, "dark"]]) {
  test(name, async (t) => {
    const page = await visit(t, shared, { viewport, scheme });
    await ready(page);
    await generate(page, { seed: 42, length: 120 });
    await said(page, "measured");
    await page.evaluate(() => scrollTo(0, 0));
    if (name === "phone") await (await page.$("#story")).scrollIntoView();
    await settle(page);
    await page.screenshot({ path: `/tmp/shots/top-${name}.png` });
    await press(page, "Compare");
    await settle(page);
    await page.screenshot({ path: `/tmp/shots/pinned-${name}.png` });
    await press(page, "Show the comparison");
    await new Promise((r) => setTimeout(r, 900));
    await page.screenshot({ path: `/tmp/shots/reveal-${name}.png` });
    await page.evaluate(() => { [...document.querySelectorAll("button")].find((b) => b.textContent === "Delete all…").click(); });
    await settle(page);
    await page.screenshot({ path: `/tmp/shots/dialog-${name}.png` });
    if (name === "mid") { await page.keyboard.press("Escape"); await generate(page, { seed: 5 }); await said(page, "measured", 2); await page.screenshot({ path: `/tmp/shots/full-mid.png`, fullPage: true }); }
  });
}
