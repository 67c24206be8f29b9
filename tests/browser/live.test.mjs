// Without a browser: stories written while a control moves, and the cloud of stories with other seeds.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createAdapters } from "../../www/session/adapters.js";
import { IDLE, createCloud } from "../../www/session/cloud.js";
import { createEngine } from "../../www/session/engine.js";
import { REST, createLive } from "../../www/session/live.js";
import { createMeasuring } from "../../www/session/measuring.js";
import { createRewriting } from "../../www/session/rewriting.js";
import { onStage, shownAndWriting, shownCloud, shownNumbers, writingQuietly } from "../../www/session/selectors.js";
import { initialState } from "../../www/session/state.js";
import { createStore } from "../../www/session/store.js";
import { createWriting } from "../../www/session/writing.js";
import { FakeWorker, done, latest, model, soon } from "./fake-worker.mjs";

const settings = { prompt: "One", temperature: 0.8, top_p: 0.95, seed: 4294967290, length: 6 };
const at = (temperature) => ({ ...settings, temperature });

const endings = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** The story that the model writes: its first tokens are the same below temperature 1. */
const tokensOf = ({ temperature, seed }) =>
  Array.from({ length: 40 }, (_, place) =>
    place < 3 && temperature < 1 ? place : Math.round(temperature * 100) + (seed % 100),
  );

/** The answer to a request to write, at once or as a stream. */
function story(type, { id, settings: asked }, more = {}) {
  const tokens = tokensOf(asked);
  return done(id, asked, tokens.length, `digest of ${tokens}`, {
    type,
    token_ids: tokens,
    numbers: { coherence: asked.temperature, surprise: asked.seed % 7 },
    seconds: 0.01,
    tokens_per_second: 2000,
    ...(type === "rewritten" ? { computed: tokens.length, tokens_per_second: undefined } : {}),
    ...more,
  });
}

/** Answers the rewrite that was asked for last. */
async function rewritten(more) {
  latest().say(story("rewritten", latest().asked("rewrite").at(-1), more));
  await soon();
}
/** Answers the story that was asked for last, its second reading included. */
async function generated() {
  const request = latest().asked("generate").at(-1);
  latest().say({ type: "started", id: request.id, prompt_tokens: 1 });
  latest().say(story("done", request));
  latest().say({ type: "measured", id: request.id, numbers: {}, percentiles: {} });
  await soon();
}

/** What the worker was asked to write since the last call: how, the temperature, and the seed's distance from that of the settings. */
function asked() {
  const { posted } = latest();
  const fresh = posted.slice(heard).filter(({ type }) => type === "rewrite" || type === "generate");
  heard = posted.length;
  return fresh.map(({ type, settings: { temperature, seed } }) => [type, temperature, seed - settings.seed]);
}
let heard = 0;

/** A page whose model is loaded and, unless it is told otherwise, whose speed is known. */
async function page(t, { measured = true, memory = new Map(), library = null } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const store = createStore(initialState);
  const told = [];
  const note = (what) => (value) => told.push([what, value]);
  const engine = createEngine({ store, manifestUrl: "", onDescribed: () => undefined, onProblem: note("problem") });
  const traced = [];
  const measuring = createMeasuring({
    store,
    engine,
    library: {
      trace({ text, numbers }) {
        if (library === null) return Promise.reject(new Error("not open"));
        traced.push({ text, numbers });
        return library(numbers);
      },
    },
    onLive: () => undefined,
    onProgress: () => undefined,
  });
  const adapters = createAdapters({ store, engine, manifestUrl: "", onOpened: note("opened"), onRefused: note("bad") });
  const form = { settings };
  const writing = createWriting({
    store,
    engine,
    adapters,
    measuring,
    readSettings: () => form.settings,
    earlier: Promise.resolve(),
    onBegin: () => undefined,
    onTokens: () => undefined,
    onFinished: note("finished"),
    onBrokenOff: () => undefined,
    onRefused: note("refused"),
    onReread: () => undefined,
    onRepaired: () => undefined,
    announce: () => undefined,
  });
  const rewriting = createRewriting({ store, engine, adapters });
  const live = createLive({
    store,
    engine,
    rewriting,
    measuring,
    writing,
    readSettings: () => form.settings,
    memory: () => ({ getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => memory.set(key, value) }),
  });
  const writeSettings = (written) => (form.settings = written);
  const cloud = createCloud({ store, engine, rewriting, measuring, writing, writeSettings });
  endings.push(() => FakeWorker.all.forEach((worker) => worker.crash("over")));
  engine.start();
  latest().say({ type: "hello", engine: { revision: 5 }, limits: {}, chain: {}, defaults: {}, metrics: [] });
  latest().say({ type: "ready", model, adapters: [], bands: {}, library: null });
  await soon();
  const wait = async (milliseconds) => {
    t.mock.timers.tick(milliseconds);
    await soon();
  };
  const generate = async (from = settings) => {
    form.settings = from;
    writing.generate();
    await soon();
    await generated();
  };
  heard = 0;
  if (measured) {
    await rewritten();
    asked();
  }
  return { store, live, cloud, writing, form, told, memory, traced, wait, generate, state: () => store.get() };
}

test("while a control moves, the newest settings are written, one story at a time", async (t) => {
  const { live, state, generate } = await page(t);
  await generate();
  asked();
  live.move(at(0.9));
  live.move(at(0.95));
  live.move(at(1.2));
  assert.deepEqual(asked(), [["rewrite", 0.9, 0]]);
  await rewritten();
  assert.deepEqual(asked(), [["rewrite", 1.2, 0]], "what was between the two is not written");
  assert.equal(onStage(state()).record.settings.temperature, 0.9);
  assert.deepEqual(state().live.changed, [...Array(40).keys()].slice(3));
  await rewritten();
  assert.equal(onStage(state()).record.settings.temperature, 1.2);
  assert.deepEqual(state().live.changed, [...Array(40).keys()], "compared with the story before the first move");
  assert.deepEqual(
    state().live.trail.map((point) => [point.settings.temperature, point.numbers.coherence]),
    [
      [0.9, 0.9],
      [1.2, 1.2],
    ],
  );
  live.move(at(1.2));
  assert.deepEqual(asked(), [], "nothing has changed");
  assert.equal(state().entries.length, 1, "a rewrite is no entry");
});

test("the hand at rest makes one entry of many moves, the same story as the last rewrite", async (t) => {
  const { live, state, generate, wait, told } = await page(t);
  await generate();
  told.length = 0;
  for (const temperature of [0.9, 1.1]) {
    live.move(at(temperature));
    await rewritten();
    live.rest();
    await wait(REST - 1);
  }
  asked();
  const { record } = state().live;
  live.move(at(1.1));
  await wait(1);
  assert.deepEqual(asked(), [["generate", 1.1, 0]]);
  assert.ok(state().live.resting && writingQuietly(state()));
  assert.equal(onStage(state()).record, record, "the rewrite stays until the entry is shown");
  await generated();
  assert.equal(state().live, null);
  const stage = onStage(state());
  assert.deepEqual([stage.record.digest, stage.record.token_ids], [record.digest, record.token_ids]);
  assert.equal(state().entries.length, 2);
  assert.ok(globalThis.location.href.endsWith(stage.record.link));
  assert.deepEqual(
    told.map(([what]) => what),
    ["finished"],
  );
});

test("a hand that comes to rest where it began makes no entry", async (t) => {
  const { live, state, generate, wait } = await page(t);
  await generate();
  live.move(at(0.9));
  await rewritten();
  live.move(at(0.8));
  await rewritten();
  live.rest();
  await wait(REST);
  assert.equal(state().writing, null);
  assert.deepEqual([state().live, state().entries.length], [null, 1]);
});

test("a move while the entry is written begins a new trail after it, compared with that entry", async (t) => {
  const { live, state, generate, wait } = await page(t);
  await generate();
  live.move(at(0.9));
  await rewritten();
  live.rest();
  await wait(REST);
  asked();
  live.move(at(0.95));
  await soon();
  assert.deepEqual(asked(), [], "the entry comes first");
  await generated();
  assert.deepEqual(asked(), [["rewrite", 0.95, 0]]);
  await rewritten();
  assert.deepEqual([state().live.trail.length, state().live.changed.length], [1, 37]);
});

test("a rewrite that gave way, and one that cannot be written, leave what stands there", async (t) => {
  const { live, state, generate, wait, told } = await page(t);
  await generate();
  live.move(at(0.9));
  await rewritten();
  const { live: before } = state();
  for (const code of ["replaced", "settings"]) {
    live.move(at(code === "replaced" ? 1 : 1.1));
    latest().say({ type: "error", id: latest().asked("rewrite").at(-1).id, code, message: "No." });
    await soon();
    assert.equal(state().live, before);
  }
  live.rest();
  await wait(REST);
  assert.equal(state().live, null, "the last rewrite is not the story that is written now");
  const { id } = latest().asked("generate").at(-1);
  latest().say({ type: "error", id, code: "settings", message: "No." });
  await soon();
  assert.equal(onStage(state()).record.settings.temperature, 0.8);
  assert.deepEqual(told.at(-1), ["refused", "No."]);
});

test("a story chosen or generated meanwhile ends the rewriting", async (t) => {
  const { live, store, state, generate, wait, writing, form } = await page(t);
  await generate();
  const [first] = state().entries;
  await generate(at(1));
  live.move(at(0.9));
  await rewritten();
  live.rest();
  store.update({ shown: first.key });
  asked();
  await wait(REST);
  assert.deepEqual([state().live, asked()], [null, []]);
  live.move(at(0.9));
  await rewritten();
  form.settings = at(1.3);
  writing.generate();
  await soon();
  assert.deepEqual([state().live, state().writing.settings.temperature], [null, 1.3]);
});

test("a move while another story is written is written after it, and its entry does not end that story", async (t) => {
  const { live, state, generate, wait, writing, form } = await page(t);
  await generate();
  form.settings = at(1.3);
  writing.generate();
  await soon();
  asked();
  live.move(at(0.9));
  live.rest();
  await wait(REST);
  assert.deepEqual([asked(), latest().asked("stop").length], [[], 0], "the story comes first");
  await generated();
  assert.deepEqual(asked(), [["rewrite", 0.9, 0]]);
  await rewritten();
  assert.equal(onStage(state()).record.settings.temperature, 0.9);
  assert.equal(state().live.changed.length, 40, "compared with the story that was finished meanwhile");
  await wait(REST);
  assert.deepEqual(asked(), [["generate", 0.9, 0]]);
  await generated();
  assert.deepEqual(
    state().entries.map(({ record }) => [record.settings.temperature, record.ended]),
    [0.8, 1.3, 0.9].map((temperature) => [temperature, state().entries[0].record.ended]),
  );
});

test("Generate pressed while the hand comes to rest makes one entry", async (t) => {
  const { live, state, generate, wait, writing, form } = await page(t);
  await generate();
  live.move(at(0.9));
  await rewritten();
  live.rest();
  form.settings = at(0.9);
  writing.generate();
  await soon();
  asked();
  assert.ok(state().live.resting && writingQuietly(state()));
  await wait(REST);
  await generated();
  await wait(REST);
  assert.deepEqual([asked(), latest().asked("stop").length], [[], 0]);
  assert.deepEqual([state().live, state().entries.length], [null, 2]);
});

test("what is learned of the entry is not shown as that of the rewrite in its place", async (t) => {
  const { live, state, generate, wait } = await page(t);
  await generate();
  const entry = shownNumbers(state()).record;
  assert.equal(entry.settings.temperature, 0.8);
  live.move(at(0.9));
  await rewritten();
  assert.equal(shownNumbers(state()).record, undefined);
  assert.ok(shownAndWriting(state()).live);
  live.move(at(0.8));
  live.rest();
  await wait(REST);
  assert.equal(shownNumbers(state()).record, entry, "the entry is back");
  assert.deepEqual([shownAndWriting(state()).live, shownAndWriting(state()).shown.record], [false, entry]);
});

test("switched off while the entry is written, the rewrite stays until that takes its place", async (t) => {
  const { live, state, generate, wait } = await page(t);
  await generate();
  live.move(at(0.9));
  await rewritten();
  live.rest();
  await wait(REST);
  live.choose(false);
  assert.ok(writingQuietly(state()));
  await generated();
  assert.deepEqual([state().live, onStage(state()).record.settings.temperature], [null, 0.9]);
});

test("after a rewrite without an answer the worker is told the earlier stories again", async (t) => {
  const { live, store, generate } = await page(t);
  const earlier = () => latest().asked("rewrite").at(-1).earlier?.length;
  await generate();
  const [entry] = store.get().entries;
  live.move(at(0.9));
  assert.equal(earlier(), 1);
  await rewritten();
  live.move(at(1));
  assert.equal(earlier(), undefined, "it knows them");
  await rewritten();
  store.update({ entries: [entry, { ...entry, key: "other" }] });
  live.move(at(1.1));
  assert.equal(earlier(), 2);
  latest().say({ type: "error", id: latest().asked("rewrite").at(-1).id, code: "replaced", message: "No." });
  await soon();
  store.update({ entries: [entry] });
  live.move(at(1.2));
  assert.equal(earlier(), 1, "nobody knows whether the worker took the last ones");
});

test("without its adapter nothing is written", async (t) => {
  const { live, generate, wait } = await page(t);
  await generate();
  asked();
  live.move({ ...at(0.9), adapter: { id: "own@aaaabbbb", strength: 1 } });
  live.rest();
  await wait(REST);
  assert.deepEqual(asked(), []);
});

test("it is on where a story takes less than a quarter of a second, after three tries at most", async (t) => {
  const fast = await page(t, { measured: false });
  assert.equal(fast.state().liveMode, "measuring");
  fast.live.move(at(1));
  assert.equal(asked().length, 1, "only the measurement");
  // 40 tokens in 0.07 seconds are 160 in 0.28.
  await rewritten({ seconds: 0.07 });
  assert.equal(fast.state().liveMode, "slow");
  await rewritten({ seconds: 0.06 });
  assert.equal(fast.state().liveMode, "on");
  assert.deepEqual(
    asked().map(([type]) => type),
    ["rewrite"],
  );
  t.mock.timers.reset();
  const slow = await page(t, { measured: false });
  for (let index = 0; index < 3; index += 1) await rewritten({ seconds: 1 });
  assert.deepEqual([asked().length, slow.state().liveMode], [3, "slow"]);
  await slow.generate();
  assert.equal(slow.state().liveMode, "on", "a story of 2,000 tokens a second");
});

test("the reader's choice is remembered, and comes before the speed", async (t) => {
  const { live, state, memory } = await page(t);
  live.move(at(1));
  await rewritten();
  live.choose(false);
  assert.deepEqual([state().liveMode, state().live], ["off", null]);
  asked();
  live.move(at(1.1));
  assert.deepEqual(asked(), []);
  t.mock.timers.reset();
  const again = await page(t, { memory });
  assert.equal(again.state().liveMode, "off");
  again.live.choose(true);
  t.mock.timers.reset();
  const slow = await page(t, { memory, measured: false });
  await rewritten({ seconds: 9 });
  assert.equal(slow.state().liveMode, "on");
});

test("what the library says comes to the newest rewrite, and to its point of the trail", async (t) => {
  const answers = [];
  const library = () => new Promise((resolve) => answers.push(resolve));
  const { live, state, generate } = await page(t, { library });
  await generate();
  answers.length = 0;
  const say = async (novelty) => {
    answers.shift()({ type: "traced", spans: [{ start: 0 }], numbers: { novelty }, percentiles: {}, seconds: 0 });
    await soon();
  };
  live.move(at(0.9));
  await rewritten();
  live.move(at(1));
  await rewritten();
  assert.equal(answers.length, 1, "it is asked about one story at a time");
  await say(0.3);
  assert.deepEqual([state().live.record.numbers.novelty, state().live.spans], [undefined, null]);
  await say(0.4);
  assert.deepEqual([state().live.record.numbers.novelty, state().live.spans.length], [0.4, 1]);
  assert.deepEqual(
    state().live.trail.map(({ numbers }) => [numbers.novelty, numbers.coherence]),
    [
      [0.3, 0.9],
      [0.4, 1],
    ],
  );
});

/** Answers all rewrites of a cloud, and the question for its means. */
async function clouded(more) {
  let last = 0;
  for (;;) {
    const { id } = latest().asked("rewrite").at(-1);
    if (id === last) break;
    last = id;
    await rewritten(more);
  }
  await meant();
}
async function meant() {
  const { id, lists } = latest().asked("means").at(-1);
  const means = lists.map((list) =>
    list.length ? { count: list.length, mean: list.reduce((sum, value) => sum + value, 0) / list.length } : null,
  );
  latest().say({ type: "means", id, means });
  await soon();
}

test("eight more stories with the next seeds come when the hand has rested, with the means of nine", async (t) => {
  const { state, generate, wait } = await page(t);
  await generate(at(1.2));
  asked();
  await wait(IDLE - 1);
  assert.deepEqual(asked(), []);
  await wait(1);
  assert.equal(asked().length, 1, "one at a time");
  await rewritten();
  assert.deepEqual([shownCloud(state()).stories.length, shownCloud(state()).complete], [1, false]);
  await clouded();
  const { key, stories, complete, mean } = shownCloud(state());
  assert.deepEqual([key, complete], [state().shown, true]);
  // The sixth is beyond 32 bits.
  assert.deepEqual(
    stories.map((story) => story.settings.seed),
    [4294967291, 4294967292, 4294967293, 4294967294, 4294967295, 0, 1, 2],
  );
  assert.ok(stories.every((story) => story.settings.temperature === 1.2));
  assert.deepEqual([mean.coherence.count, mean.novelty], [9, null]);
  assert.ok(Math.abs(mean.coherence.mean - 1.2) < 1e-9);
  assert.equal(state().entries.length, 1, "none of them is an entry");
});

test("an action of the reader interrupts the cloud, which goes on where it was", async (t) => {
  const { live, state, generate, wait, store } = await page(t);
  await generate(at(1.2));
  await wait(IDLE);
  await rewritten();
  store.update({ position: 2 });
  asked();
  await rewritten();
  assert.deepEqual(asked(), []);
  await wait(IDLE);
  assert.deepEqual(asked(), [["rewrite", 1.2, 2]]);
  await rewritten();
  assert.equal(state().cloud.stories.length, 2);
  live.move(at(1.3));
  await rewritten();
  await rewritten();
  assert.equal(onStage(state()).record.settings.temperature, 1.3);
  assert.equal(shownCloud(state()), null, "it belongs to the story that was there before");
  assert.equal(state().cloud.stories.length, 2);
});

test("an opened story of a cloud has the same cloud, with the story before in its place", async (t) => {
  const { state, generate, wait, cloud, form } = await page(t);
  await generate(at(1.2));
  await wait(IDLE);
  await clouded();
  const before = state().cloud;
  const first = onStage(state()).record;
  asked();
  cloud.open(3);
  await soon();
  assert.equal(form.settings.seed, 4294967294);
  await generated();
  await meant();
  assert.deepEqual(asked(), [["generate", 1.2, 4]]);
  const after = shownCloud(state());
  assert.equal(after.key, state().shown);
  assert.deepEqual(
    after.stories.map(({ digest }) => digest),
    before.stories.map(({ digest }, index) => (index === 3 ? first.digest : digest)),
  );
  assert.deepEqual(after.mean.coherence, before.mean.coherence);
  await wait(IDLE);
  assert.deepEqual(asked(), []);
});

test("a library that opens later gives the stories of the cloud their novelty", async (t) => {
  let isOpen = false;
  const traced = { type: "traced", spans: [], numbers: { novelty: 0.5 }, percentiles: {}, seconds: 0 };
  const library = () => (isOpen ? Promise.resolve(traced) : Promise.reject(new Error("not open")));
  const { state, generate, wait, store } = await page(t, { library });
  await generate(at(1.2));
  await wait(IDLE);
  await clouded();
  assert.equal(state().cloud.mean.novelty, null);
  isOpen = true;
  store.update({ libraryReady: true });
  await soon();
  await meant();
  const { stories, mean } = state().cloud;
  assert.ok(stories.every(({ numbers }) => numbers.novelty === 0.5));
  assert.deepEqual([mean.novelty.count, mean.novelty.mean], [8, 0.5]);
});

test("a slow device writes no cloud", async (t) => {
  const { state, generate, wait, store } = await page(t, { measured: false });
  for (let index = 0; index < 3; index += 1) await rewritten({ seconds: 9 });
  await generate(at(1.2));
  store.update({ storySeconds: 2 });
  await wait(IDLE);
  asked();
  assert.equal(state().cloud, null);
  assert.deepEqual(asked(), []);
});
