// The map and its table: filter, sorting, choosing several stories, the Pareto front, and the map as a file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { saved } from "./downloads.mjs";
import { fillIn, find, focusIsOn, generate, press, ready, sees, settle, until } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const prompt = "Once there was a fox who";
const EXAMPLES = 5;

/** Three stories, at temperatures 0.4, 0.8 and 1.4. */
async function three(t, options) {
  const page = await visit(t, shared, options);
  await ready(page);
  for (const [index, temperature] of [0.4, 0.8, 1.4].entries()) {
    await generate(page, {
      prompt: index === 2 ? "A quiet train" : prompt,
      temperature,
      top_p: 0.95,
      seed: index + 1,
      length: 24,
    });
  }
  return page;
}

const map = (page) => find(page, "region", "Map");
const table = (page) => find(page, "table", "Generations");
const stories = async (page) =>
  (await table(page)).$$eval("tbody th button", (all) => all.map((one) => one.textContent));
const column = async (page, name) =>
  (await table(page)).evaluate((node, wanted) => {
    const index = [...node.tHead.rows[0].cells].findIndex((cell) => cell.textContent === wanted);
    return [...node.tBodies[0].rows].map((row) => row.cells[index].textContent);
  }, name);
const caption = async (page) => (await table(page)).$eval("caption", (node) => node.textContent);
const drawn = async (page) => (await map(page)).$eval("svg", (node) => node.getAttribute("aria-label"));
/**
 * How many circles of the drawing are filled (rings are not), and how many of them are faded. In one breath, here and below: a
 * number that comes in may draw the map again.
 */
const circles = async (page) =>
  (await map(page)).evaluate((region) => {
    const looks = [...region.querySelectorAll("svg circle")].map((one) => getComputedStyle(one));
    return {
      filled: looks.filter(({ fill }) => fill !== "none").length,
      faded: looks.filter(({ fillOpacity }) => Number(fillOpacity) < 0.5).length,
    };
  });
const points = async (page) => (await circles(page)).filled;
const faded = async (page) => (await circles(page)).faded;
const box = async (page) =>
  (await map(page)).evaluate((region) => {
    const svg = region.querySelector("svg");
    svg.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = svg.getBoundingClientRect();
    return { x, y, width, height };
  });

/** Just inside the upper left corner of the drawing, and the lower right one: between them lies every point. */
async function corners(page) {
  const { x, y, width, height } = await box(page);
  return [
    { x: x + 2, y: y + 2 },
    { x: x + width - 2, y: y + height - 2 },
  ];
}

async function pick(page, name, value) {
  const list = await find(page, "combobox", name);
  await list.select(value);
  await settle(page);
}

async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
  await settle(page);
}

test("the filter shows some of the stories, on the map and in the table alike", async (t) => {
  const page = await three(t);
  assert.equal(await caption(page), "8 stories, newest first.");
  assert.match(
    await drawn(page),
    /^Scatter plot of 8 stories: surprise across, from \d+% to \d+%; coherence up, from .* The table/,
  );
  await (await find(page, "DisclosureTriangle", "Filter")).click();
  await pick(page, "Stories", "own");
  assert.deepEqual(await stories(page), ["Story 3", "Story 2", "Story 1"]);
  assert.equal(await points(page), 3);
  assert.match(await drawn(page), /^Scatter plot of 3 of 8 stories \(yours\)/);
  assert.equal(await caption(page), "3 of 8 stories (yours), newest first.");
  await sees(page, "3 of 8 stories");
  await fillIn(page, "spinbutton", "Temperature from", "0.5");
  await settle(page);
  assert.deepEqual(await stories(page), ["Story 3", "Story 2"]);
  await (await find(page, "checkbox", "Only the prompt of the story shown")).click();
  await settle(page);
  assert.deepEqual(await stories(page), ["Story 3"]);
  await generate(page, { seed: 9 });
  assert.deepEqual(await stories(page), ["Story 4", "Story 3"], "the prompt of the story that was shown then");
  await pick(page, "Value", "1");
  assert.equal(await caption(page), "No story passes the filter.");
  assert.equal(await points(page), 0);
  await press(page, "Show all");
  await settle(page);
  assert.equal((await stories(page)).length, 4 + EXAMPLES);
  assert.equal(await points(page), 4 + EXAMPLES);
  assert.equal(await focusIsOn(page), "Filter", "the focus does not go with the button");
});

test("the table is sorted by any column, and keeps its rows and the focus", async (t) => {
  const page = await three(t);
  const row = await (await table(page)).$("tbody tr");
  await press(page, "Temperature");
  const temperatures = await column(page, "Temperature");
  assert.deepEqual(
    temperatures,
    temperatures.toSorted((one, other) => other - one),
  );
  assert.equal(temperatures[0], "1.60");
  await press(page, "Temperature");
  assert.deepEqual(await column(page, "Temperature"), temperatures.toReversed());
  assert.equal(await focusIsOn(page), "Temperature");
  const sorting = () =>
    table(page).then((node) =>
      node.$$eval("th[aria-sort]", (all) => all.map((cell) => `${cell.textContent} ${cell.ariaSort}`)),
    );
  assert.deepEqual(await sorting(), ["Temperature ascending"]);
  assert.match(await caption(page), /by Temperature, ascending\.$/);
  assert.ok(await row.evaluate((node) => node.isConnected), "rows are moved, not made anew");
  await press(page, "Story");
  assert.deepEqual((await stories(page)).slice(0, 4), ["Story 3", "Story 2", "Story 1", "Example 1"]);

  // The numbers of the axes stand in the table, whichever they are.
  await pick(page, "Up", "mean_log_probability_bits");
  assert.match((await column(page, "Log-probability per token, bits"))[0], /^−\d\.\d\d$/);
  await (await find(page, "button", "Show Story 2")).focus();
  await (
    await find(page, "textbox", "Name of Story 2")
  ).evaluate((field) => {
    field.value = "The second";
    field.dispatchEvent(new Event("change"));
  });
  assert.deepEqual((await stories(page)).slice(0, 3), ["Story 3", "The second", "Story 1"]);
  assert.equal(await focusIsOn(page), "Show The second");
});

test("stories are chosen in the table by keyboard, and their mean is told", async (t) => {
  const page = await three(t);
  await pick(page, "Up", "slor_per_word_bits");
  const values = (await column(page, "SLOR per word, bits")).slice(0, 3).map(Number);
  for (const number of [1, 2]) {
    await (await find(page, "checkbox", `Select Story ${number}`)).focus();
    await page.keyboard.press("Space");
  }
  await sees(page, "2 chosen\\. A mean needs 3 stories");
  await settle(page);
  assert.equal(await faded(page), 1 + EXAMPLES);
  await (await find(page, "checkbox", "Select Story 3")).focus();
  await page.keyboard.press("Space");
  await sees(page, "3 chosen\\. Mean of these: .*An interval needs 6 stories");
  const told = await page.$eval("#generations", (node) => node.textContent);
  const mean = Number(/3 chosen.*?SLOR per word, bits ([\d.]+)[.;]/.exec(told)[1]);
  assert.ok(Math.abs(mean - values.reduce((sum, value) => sum + value) / 3) < 0.01, `${mean} of ${values}`);
  await press(page, "Clear");
  await sees(page, "None chosen");
  await settle(page);
  assert.equal(await faded(page), 0);
  assert.equal(await (await find(page, "checkbox", "Select Story 3")).evaluate((tick) => tick.checked), false);
});

test("stories are chosen on the map by dragging, and a click still opens one", async (t) => {
  const page = await three(t);
  const [from, to] = await corners(page);
  await drag(page, from, to);
  await sees(page, "8 chosen");
  assert.equal(await (await table(page)).$$eval("input", (all) => all.filter((tick) => tick.checked).length), 8);
  // Nothing lies in the lowest left corner.
  await drag(page, { x: from.x, y: to.y }, { x: from.x + 10, y: to.y - 10 });
  await sees(page, "None chosen");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await settle(page);
  await sees(page, "None chosen");
  assert.equal(
    await (await find(page, "button", "Show Story 3")).evaluate((button) => button.closest("tr").ariaCurrent),
    "true",
    "dragging opened no story",
  );
});

test("no words of the map lie over others in a low window", async (t) => {
  const page = await visit(t, shared, { viewport: { width: 1280, height: 720 } });
  await ready(page);
  for (const across of ["novelty", "surprise"]) {
    await pick(page, "Across", across);
    const clashes = await (
      await map(page)
    ).$$eval("svg text", (all) => {
      const words = all
        .filter((text) => text.textContent !== "")
        .map((text) => ({ says: text.textContent, at: text.getBoundingClientRect() }));
      return words.flatMap((one, index) =>
        words
          .slice(index + 1)
          .filter(
            ({ at }) =>
              at.left < one.at.right && one.at.left < at.right && at.top < one.at.bottom && one.at.top < at.bottom,
          )
          .map((other) => `${one.says} | ${other.says}`),
      );
    });
    assert.deepEqual(clashes, [], across);
    assert.ok((await (await map(page)).$$eval("svg text", (all) => all.length)) > 8, across);
  }
});

test("a finger scrolls over the map, and chooses only when asked to", async (t) => {
  const page = await three(t, { viewport: { width: 360, height: 740, hasTouch: true, isMobile: true } });
  const scrolled = () => page.evaluate(() => scrollY);
  /** Upwards, since the page may stand at its top. Gives where the page stood before. */
  const swipe = async () => {
    const [to, from] = await corners(page);
    // The browser takes note of what a finger may do with the next frame.
    await settle(page);
    const before = await scrolled();
    const touch = await page.touchscreen.touchStart(from.x, from.y);
    await touch.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await touch.move(to.x, to.y);
    await touch.end();
    await settle(page);
    return before;
  };
  assert.notEqual(await swipe(), await scrolled(), "the page was scrolled");
  await sees(page, "None chosen");
  // The page glides on for a while.
  await until(page, "the page standing still", async () => {
    const from = scrollY;
    for (let frame = 0; frame < 20; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    return scrollY === from;
  });
  await press(page, "Select by dragging");
  await swipe();
  await sees(page, "8 chosen");
});

test("the front is drawn where both axes have a better end, and the legend says what it means", async (t) => {
  const page = await three(t);
  const dashed = async () => (await map(page)).$$eval("svg g[stroke-dasharray] line", (all) => all.length);
  const text = () =>
    page.evaluate(() => document.getElementById("map").innerText + document.getElementById("generations").innerText);
  await pick(page, "Across", "session_novelty");
  assert.equal(await dashed(), 0, "no front until it is asked for");
  await (await find(page, "checkbox", "Pareto front")).click();
  await settle(page);
  assert.ok((await dashed()) > 0);
  assert.match(await text(), /front: none is both newer to this session and more coherent/);
  assert.match(await text(), /that reach people’s range count as equally coherent/);
  await pick(page, "Up", "entropy_per_word_bits");
  assert.equal(await dashed(), 0);
  assert.match(await text(), /No Pareto front: neither more nor less entropy per word is better/);
  assert.doesNotMatch(await text(), /none is both/);
});

test("the mean of one's own stories is over those that pass the filter", async (t) => {
  const page = await three(t);
  await (await find(page, "checkbox", "Mean of yours")).click();
  await sees(page, "Mean of your 3 stories");
  await (await find(page, "DisclosureTriangle", "Filter")).click();
  await fillIn(page, "spinbutton", "Temperature to", "1.5");
  await sees(page, "Mean of your 3 stories that pass the filter: ");
  await fillIn(page, "spinbutton", "Temperature to", "1");
  await sees(page, "A mean needs 3 stories of your own that pass the filter");
});

test("a deleted story leaves the table, the map and the choice", async (t) => {
  const page = await three(t);
  for (const number of [1, 2]) await (await find(page, "checkbox", `Select Story ${number}`)).click();
  await sees(page, "2 chosen");
  const before = await points(page);
  await press(page, "Delete Story 2");
  await settle(page);
  assert.deepEqual((await stories(page)).slice(0, 2), ["Story 3", "Story 1"]);
  assert.equal(await points(page), before - 1);
  await sees(page, "1 chosen");
});

test("Save SVG gives a drawing that stands for itself", async (t) => {
  const page = await three(t, { scheme: "dark" });
  await pick(page, "Across", "session_novelty");
  await (await find(page, "checkbox", "Pareto front")).click();
  await (await find(page, "checkbox", "Select Story 1")).click();
  const { name, bytes } = await saved(t, page, "Save SVG");
  assert.equal(name, "fabula-map.svg");
  const text = bytes.toString("utf8");
  assert.doesNotMatch(text, /var\(|color-mix|oklch|currentColor|light-dark|style=|class=|NaN|undefined/);
  const parsed = await page.evaluate((source) => {
    const root = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
    return {
      root: root.nodeName,
      namespace: root.namespaceURI,
      texts: [...root.querySelectorAll("text")].map((node) => node.textContent),
      circles: root.querySelectorAll("circle").length,
      colours: [
        ...new Set(
          [...root.querySelectorAll("*")]
            .flatMap((node) => [node.getAttribute("fill"), node.getAttribute("stroke")])
            .filter(Boolean),
        ),
      ],
      kinds: [...new Set([...root.querySelectorAll("*")].map((node) => node.localName))].sort(),
    };
  }, text);
  assert.equal(parsed.root, "svg");
  assert.equal(parsed.namespace, "http://www.w3.org/2000/svg");
  for (const words of ["Fabula: new to this session and coherence", "8 stories", "people’s range", "chosen"])
    assert.ok(parsed.texts.includes(words), `${words} in ${parsed.texts}`);
  assert.ok(parsed.texts.some((words) => words.startsWith("front: none is both")));
  // Three stories and a ring, five examples, and three in the legend.
  assert.equal(parsed.circles, 3 + 1 + EXAMPLES + 3);
  assert.deepEqual(
    parsed.colours.filter((colour) => !/^(#[0-9a-f]{6}|none)$/.test(colour)),
    [],
  );
  // Any program that reads SVG knows these.
  assert.deepEqual(parsed.kinds, ["circle", "g", "line", "path", "rect", "text", "title"]);
  assert.match(text, /fill="#1b1e24"/, "the dark card");
});

test("Save PNG gives the same at twice its size", async (t) => {
  const page = await three(t);
  const svg = (await saved(t, page, "Save SVG")).bytes.toString("utf8");
  const { name, bytes } = await saved(t, page, "Save PNG");
  assert.equal(name, "fabula-map.png");
  assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const [, width, height] = /<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg);
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [2 * width, 2 * height]);
  // The same drawing, as the browser itself would draw it, differs only in how edges and letters are smoothed.
  const other = await shared.browser.newPage();
  t.after(() => other.close());
  await other.setContent(`<body style="margin:0">${svg.replace(/^<\?xml.*\?>/, "")}`);
  await other.setViewport({ width: Number(width), height: Number(height), deviceScaleFactor: 2 });
  const expected = await other.screenshot({
    encoding: "base64",
    clip: { x: 0, y: 0, width: Number(width), height: Number(height) },
  });
  const share = await other.evaluate(
    async (...pictures) => {
      const [one, two] = await Promise.all(
        pictures.map(async (data) => {
          const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
          const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height).data;
        }),
      );
      let far = 0;
      for (let at = 0; at < one.length; at += 1) if (Math.abs(one[at] - two[at]) > 48) far += 1;
      return far / one.length;
    },
    bytes.toString("base64"),
    expected,
  );
  t.diagnostic(`${(share * 100).toFixed(3)}% of the picture differs`);
  assert.ok(share < 0.001, `${(share * 100).toFixed(2)}% of the picture differs`);
});

test("axe finds nothing with the filter open and stories chosen", async (t) => {
  const page = await three(t);
  await (await find(page, "DisclosureTriangle", "Filter")).click();
  for (const number of [1, 2, 3])
    await (await find(page, "checkbox", `Select Story ${number}`)).evaluate((tick) => tick.click());
  await press(page, "Star Story 1");
  await pick(page, "Stories", "starred");
  await sees(page, "1 of 8 stories");
  await isAccessible(page, "starred stories, all chosen");
});

test("a thousand stories: the newest rows first, the others when asked for", { timeout: 120_000 }, async (t) => {
  const page = await three(t);
  const { bytes } = await saved(t, page, "Export JSON");
  const file = JSON.parse(bytes.toString("utf8"));
  const [one] = file.stories;
  file.stories = Array.from({ length: 1000 }, (_, index) => ({
    ...one,
    key: `copy-${index}`,
    number: index + 4,
    record: { ...one.record, settings: { ...one.record.settings, seed: index + 10 } },
  }));
  const input = await page.waitForSelector("#history-import");
  await input.evaluate((node, text) => {
    const list = new DataTransfer();
    list.items.add(new File([text], "stories.json", { type: "application/json" }));
    node.files = list.files;
    node.dispatchEvent(new Event("change", { bubbles: true }));
  }, JSON.stringify(file));
  await until(page, "the stories", () =>
    /1,008 stories/.test(document.querySelector("#generations caption").textContent),
  );
  await settle(page);
  assert.equal((await stories(page)).length, 200);
  assert.equal(await points(page), 1008);
  assert.match(await caption(page), /The first 200 of these/);
  await press(page, "Show all 1,008");
  assert.equal((await stories(page)).length, 1008);
});
