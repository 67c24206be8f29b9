// What axe has against a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { settle } from "./reader.mjs";
import { isFirefox, showIn } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const desk = { width: 1280, height: 900 };
const phone = { width: 360, height: 740, hasTouch: true, isMobile: true };

/** What is wrong, by all rules or `only` by some. */
async function violations(page, only) {
  // Given to the page as a script of the debugger's, which the Content-Security-Policy does not stop.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations: found } = await page.evaluate(
    (more) =>
      // Without loading the style sheets and films again, for rules that are not asked for and films that are not there.
      globalThis.axe.run(document, { resultTypes: ["violations"], preload: false, ...more }),
    only ? { runOnly: only } : {},
  );
  return found.map(
    (v) =>
      `${v.id}: ${v.nodes
        .map((n) => n.target.join(" "))
        .slice(0, 5)
        .join(", ")}`,
  );
}

const sessions = new WeakMap();

/**
 * That axe finds nothing in this state of the page, in light and dark, on a desk and on a phone. The driver's own way to another screen
 * would load the page anew. It ends on the desk, in the light.
 */
export async function isAccessible(page, state) {
  // Firefox's driver changes neither colours nor kinds of screens.
  if (isFirefox) return assert.deepEqual(await violations(page), [], state);
  // A screen lasts as long as the session that asked for it.
  if (!sessions.has(page)) sessions.set(page, await page.createCDPSession());
  const session = sessions.get(page);
  for (const [screen, { hasTouch = false, isMobile: mobile = false, ...size }] of Object.entries({ phone, desk })) {
    await session.send("Emulation.setDeviceMetricsOverride", { ...size, mobile, deviceScaleFactor: 1 });
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: hasTouch });
    assert.equal(await page.evaluate(() => matchMedia("(pointer: coarse)").matches), hasTouch);
    // The style sheets know of the dark in light-dark(), which gives colours and nothing else.
    for (const [scheme, only] of Object.entries({ dark: ["color-contrast", "link-in-text-block"], light: undefined })) {
      await showIn(page, scheme);
      await settle(page);
      assert.deepEqual(await violations(page, only), [], `${state}: ${scheme}, ${screen}`);
    }
    const beside = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(beside <= 0, `${state}: ${beside} pixels lie beside the ${screen}`);
  }
}
