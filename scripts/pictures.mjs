// Draws the pictures of the site: the one that chats show beside a link, and the icons of an installed page. Needs Chromium.
//   node scripts/pictures.mjs   after a change of www/icon.svg, the examples or the map of our own experiments
import { readFileSync, writeFileSync } from "node:fs";
import { launch } from "../tests/browser/browsers.mjs";
import { CARD, card } from "./pictures/card.mjs";

/** The background of www/icon.svg. A maskable icon fills its square, and keeps what matters within the inner 80%. */
const BLUE = "#2f5d8a";
const icon = readFileSync("www/icon.svg", "utf8");
if (!icon.includes(BLUE)) throw new Error(`www/icon.svg is not ${BLUE} any more`);

/**
 * @param {number} size  in pixels
 * @param {{ inner?: number, background?: string }} [options]  the share of the picture that the icon takes, and what is around it
 */
const square = (size, { inner = 1, background = "transparent" } = {}) => ({
  width: size,
  height: size,
  html: `<!doctype html><style>body{display:grid;place-items:center;height:100vh;margin:0;background:${background}}svg{width:${inner * 100}vw}</style>${icon}`,
});

/** @type {Record<string, { width: number, height: number, html: string }>} */
const PICTURES = {
  "share.png": { ...CARD, html: card() },
  "icon-192.png": square(192),
  "icon-512.png": square(512),
  "icon-maskable-512.png": square(512, { inner: 0.9, background: BLUE }),
  // The device rounds its corners itself.
  "apple-touch-icon.png": square(180, { background: BLUE }),
};

const browser = await launch();
try {
  const page = await browser.newPage();
  for (const [name, { width, height, html }] of Object.entries(PICTURES)) {
    await page.setViewport({ width, height });
    await page.setContent(html);
    writeFileSync(`www/${name}`, await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
