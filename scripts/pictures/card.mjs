// The picture that chats and social networks show beside a link to the page: what it asks, a story of the model's own coloured by
// surprise, and our own map of novelty and coherence.
import { readFileSync } from "node:fs";
import { escaped } from "../pages/escaped.mjs";

/** Pixels, as Open Graph readers expect them. */
export const CARD = { width: 1200, height: 630 };

/** Surprisal in bits at which a word has its full tint: as in www/style/page.css. */
const FULL_TINT = 12;
/** The temperature of the story: hot enough for long shots. */
const TEMPERATURE = 1.1;
/** Characters of it that there is room for. */
const ROOM = 210;

function story() {
  const stories = JSON.parse(readFileSync("www/example.json", "utf8"));
  const chosen = stories.find(({ settings }) => settings.temperature === TEMPERATURE);
  if (!chosen) throw new Error(`www/example.json has no story of temperature ${TEMPERATURE}`);
  const { settings, token_texts: texts, surprisal_bits: bits } = chosen;
  let length = 0;
  const shown = texts.flatMap((text, at) => {
    length += text.length;
    if (length > ROOM) return [];
    const tint = Math.round(Math.min(1, bits[at] / FULL_TINT) * 100);
    return `<span style="--full:${tint}%">${escaped(text.replaceAll("\n", " "))}</span>`;
  });
  return {
    settings: `Temperature ${settings.temperature.toFixed(2)} · top-p ${settings.top_p} · seed ${settings.seed}`,
    text: `<i>${escaped(settings.prompt)}</i>${shown.join("")} …`,
  };
}

/** The card as a page of its own. */
export function card() {
  const { settings, text } = story();
  const icon = readFileSync("www/icon.svg", "utf8");
  const map = readFileSync("docs/experiments/sampling-map.svg", "utf8");
  return `<!doctype html>
<meta charset="utf-8">
<style>
  * { box-sizing: border-box; margin: 0; }
  body { display: grid; grid-template: auto 1fr auto / 31rem 1fr; gap: 1.6rem 2.4rem; width: ${CARD.width}px; height: ${CARD.height}px; padding: 3rem; background: #fbfaf7; color: #1d2129; font: 20px/1.4 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
  header { display: flex; align-items: center; gap: 1.4rem; grid-column: 1 / -1; }
  header svg { width: 5.4rem; height: 5.4rem; }
  h1 { font: 600 3.6rem/1 Georgia, "DejaVu Serif", serif; }
  header p { margin-left: auto; font-size: 1.9rem; line-height: 1.2; text-align: right; }
  .story { font: 1.35rem/1.5 Georgia, "DejaVu Serif", serif; }
  .settings { margin-bottom: 0.6rem; color: #5a616d; font: 0.95rem/1.4 system-ui, "DejaVu Sans", sans-serif; }
  .story span { background: color-mix(in oklab, #f2a344 var(--full), transparent); }
  figure { align-self: start; }
  figure svg { width: 100%; height: auto; }
  footer { grid-column: 1 / -1; color: #5a616d; }
</style>
<header>${icon}<h1>Fabula</h1><p>New, surprising, valuable?<br>Move a slider and see.</p></header>
<div class="story"><p class="settings">${settings}</p><p>${text}</p></div>
<figure>${map}</figure>
<footer>A small language model writes stories in your browser. Nothing leaves your device.</footer>
`;
}
