// Without a browser: the store and what is selected from it, questions to a worker, and what becomes of stories whose worker says no.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createPool } from "../../www/experiments/session/pool.js";
import { createAdapters } from "../../www/session/adapters.js";
import { createEngine } from "../../www/session/engine.js";
import { createLinks } from "../../www/session/links.js";
import { createLooking } from "../../www/session/looking.js";
import { createMeasuring } from "../../www/session/measuring.js";
import { initialState } from "../../www/session/state.js";
import { createStore } from "../../www/session/store.js";
import { createWorkerClient } from "../../www/session/worker-client.js";
import { createWriting } from "../../www/session/writing.js";
import { FakeWorker, done, latest, model, soon } from "./fake-worker.mjs";

const endings = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

test("a part of the store is told at once, and again only when it has changed", () => {
  const store = createStore({ one: 1, list: [1], other: "a" });
  const told = [];
  store.select(
    ({ one }) => one,
    (one, before) => told.push([one, before]),
  );
  store.update({ other: "b" });
  store.update({ one: 1 });
  store.update({ one: 2 });
  assert.deepEqual(told, [
    [1, 1],
    [2, 1],
  ]);
  const lists = [];
  store.select(
    ({ list, other }) => ({ first: list[0], other }),
    (part) => lists.push(part),
  );
  store.update({ list: [1, 2] });
  assert.equal(lists.length, 1, "the same values in a new object are no change");
  store.update({ list: [3] });
  assert.deepEqual(lists[1], { first: 3, other: "b" });
});

test("sets are compared as a whole, and a change within a change is told once", () => {
  const store = createStore({ set: new Set([1]), count: 0 });
  const told = [];
  store.select(
    ({ set }) => set,
    (set) => {
      if (set.size > 1) store.update({ count: set.size });
    },
  );
  store.select(
    ({ count, set }) => [count, set],
    ([count, set], [before]) => told.push([count, set.size, before]),
  );
  store.update({ set: new Set([1, 2]) });
  assert.deepEqual(told, [
    [0, 1, 0],
    [2, 2, 0],
  ]);
});

/** A client of a fake worker. */
function client(options = {}) {
  const heard = [];
  const made = createWorkerClient({
    role: "library",
    onMessage: (message) => heard.push(message),
    expects: () => (made.waits() ? "worker" : null),
    onSilence: () => made.stop("silent"),
    ...options,
  });
  endings.push(() => made.stop());
  return { ...made, heard };
}
const outcome = (question) =>
  question.then(
    (answer) => answer,
    ({ message, code }) => [message, code],
  );

test("a question waits until the worker hears, and answers find their questions in any order", async () => {
  const { start, ask, waits, heard } = client();
  start();
  const [one, two] = [ask("find", { text: "one" }), ask("find", { text: "two" })];
  assert.deepEqual(latest().posted, []);
  latest().say({ type: "hello" });
  const [first, second] = latest().posted;
  assert.deepEqual([first.type, first.text, second.text], ["find", "one", "two"]);
  assert.notEqual(first.id, second.id);
  latest().say({ type: "progress", loaded: 1, total: 2 });
  latest().say({ type: "found", id: second.id, books: ["b"] });
  latest().say({ type: "pong" });
  latest().say({ type: "found", id: first.id, books: ["a"] });
  assert.deepEqual([(await one).books, (await two).books], [["a"], ["b"]]);
  assert.equal(waits(), false);
  assert.deepEqual(
    heard.map(({ type }) => type),
    ["hello", "progress", "found", "found"],
  );
});

test("an error is the answer to its own question, and without a number to none", async () => {
  const { start, ask, waits } = client();
  start();
  latest().say({ type: "hello" });
  const [one, two] = [ask("find", { text: "one" }), ask("find", { text: "two" })].map(outcome);
  const [first, second] = latest().posted;
  latest().say({ type: "error", id: null, code: "network", message: "No." });
  latest().say({ type: "error", id: first.id, code: "settings", message: "Not this." });
  assert.ok(waits());
  latest().say({ type: "found", id: second.id, books: [] });
  assert.deepEqual(await one, ["Not this.", "settings"]);
  assert.deepEqual((await two).books, []);
});

test("where a worker answers in order, an error without a number belongs to the oldest question", async () => {
  const { start, ask } = client({ inOrder: true });
  start();
  latest().say({ type: "hello" });
  const [one, two] = [ask("find", { text: "one" }), ask("find", { text: "two" })].map(outcome);
  latest().say({ type: "error", id: null, code: "settings", message: "What?" });
  latest().say({ type: "found", id: latest().posted[1].id, books: [] });
  assert.deepEqual(await one, ["What?", "settings"]);
  assert.deepEqual((await two).books, []);
});

test("the next worker gets the questions of the last one, but none a third; nothing of the last one arrives", async () => {
  const { start, ask, stop, heard } = client();
  start();
  const kept = outcome(ask("find", { text: "kept" }));
  start();
  const [old, fresh] = FakeWorker.all.slice(-2);
  assert.ok(old.ended);
  old.say({ type: "hello" });
  assert.deepEqual(heard, []);
  fresh.say({ type: "hello" });
  assert.equal(fresh.posted[0].text, "kept");
  start("It broke.");
  latest().say({ type: "hello" });
  assert.deepEqual(latest().posted, fresh.posted);
  start("It broke again.");
  assert.deepEqual(await kept, ["It broke again.", null]);
  const never = outcome(ask("find", { text: "never" }));
  stop("It is over.");
  assert.deepEqual(await never, ["It is over.", null]);
  assert.deepEqual((await outcome(ask("find", { text: "late" })))[1], null);
});

test("a worker that crashes or falls silent leaves no question without an answer", async () => {
  const broken = client({
    onMessage: (message) => message.code === "panic" && broken.stop(message.message),
  });
  broken.start();
  latest().say({ type: "hello" });
  const one = outcome(broken.ask("find", { text: "one" }));
  latest().crash("boom");
  assert.match((await one)[0], /could not run \(boom\)/);

  globalThis.document.baseURI = "http://localhost/?patience=0.05";
  const quiet = client();
  quiet.start();
  latest().say({ type: "hello" });
  globalThis.document.baseURI = "http://localhost/";
  assert.deepEqual(await outcome(quiet.ask("find", { text: "two" })), ["silent", null]);
});

const settings = { prompt: "One%20two", temperature: 1, top_p: 1, seed: 1, length: 4 };

/** The session of the page with a fake worker that has said hello and loaded its model. */
async function session(state = {}) {
  const store = createStore({ ...initialState, ...state });
  const told = [];
  const note = (what) => (value) => told.push([what, value]);
  const engine = createEngine({
    store,
    manifestUrl: "",
    onDescribed: () => undefined,
    onProblem: note("problem"),
  });
  /** Questions to the library, each with what answers it. */
  const traces = [];
  const library = { trace: (question) => new Promise((answer, refuse) => traces.push({ question, answer, refuse })) };
  const measuring = createMeasuring({ store, engine, library, onLive: () => undefined, onProgress: () => undefined });
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
    onReread: (read) => (form.settings = read),
    onRepaired: note("repaired"),
    announce: () => undefined,
  });
  const looking = createLooking({ store, engine, adapters });
  const links = createLinks({
    store,
    engine,
    writing,
    readSettings: () => form.settings,
    writeSettings: (read) => (form.settings = read),
    onRead: note("read"),
    onUncopied: note("uncopied"),
    say: note("said"),
  });
  const greet = () =>
    latest().say({ type: "hello", engine: { revision: 5 }, limits: {}, chain: {}, defaults: {}, metrics: [] });
  const ready = () => latest().say({ type: "ready", model, adapters: [], bands: {}, library: null });
  endings.push(() => FakeWorker.all.forEach((worker) => worker.crash("over")));
  engine.start();
  greet();
  return { store, engine, adapters, measuring, looking, links, form, told, traces, writing, greet, ready };
}

const promise = { digest: "right", model: "m@12345678", engine_revision: 5, problems: [] };

/** The page after the link in its address was read and its story written as the link has it, which is not what it promised. */
async function misread() {
  const page = await session();
  const [{ id }] = latest().asked("read_link");
  latest().say({ type: "link_read", id, settings, ...promise });
  await soon();
  page.ready();
  await soon();
  const [first] = latest().asked("generate");
  latest().say(done(first.id, first.settings, 4, "wrong"));
  await soon();
  const second = latest().asked("generate")[1];
  assert.equal(second.settings.prompt, "One two");
  return { ...page, second };
}
const digests = ({ store }) => store.get().entries.map(({ number, record }) => [number, record.digest]);
const shown = ({ store }) => store.get().entries.find(({ key }) => key === store.get().shown)?.record.digest;

test("a link whose second reading is right leaves one story", async () => {
  const page = await misread();
  latest().say(done(page.second.id, page.second.settings, 4, "right"));
  assert.deepEqual(digests(page), [[1, "right"]]);
  assert.equal(shown(page), "right");
  assert.deepEqual(
    page.told.map(([what]) => what),
    ["read", "finished", "repaired"],
  );
});

test("a second reading that is right keeps what the reader added to the first, and its numbers are not those of the first", async () => {
  const page = await misread();
  const [first] = page.store.get().entries;
  const kept = { starred: true, name: "Mine", rating: 4, parent: { key: "p", position: 1 } };
  page.store.update({ entries: [{ ...first, ...kept }], pinned: first.key });
  latest().say(done(page.second.id, page.second.settings, 4, "right", { text: "other" }));
  const [entry] = page.store.get().entries;
  assert.deepEqual({ ...entry, ...kept, created: first.created, key: first.key }, entry);
  assert.deepEqual([page.store.get().pinned, shown(page)], [first.key, "right"]);
  const [{ id }] = latest().asked("generate");
  latest().say({ type: "measured", id, numbers: { wrong: 1 }, percentiles: {} });
  page.traces[0].answer({ numbers: { wrong: 2 }, percentiles: {}, spans: [1] });
  page.traces[1].answer({ numbers: { novelty: 3 }, percentiles: {}, spans: [2] });
  await soon();
  latest().say({ type: "measured", id: page.second.id, numbers: { right: 4 }, percentiles: {} });
  const [{ record, spans, finished }] = page.store.get().entries;
  assert.deepEqual([record.numbers, spans, finished], [{ novelty: 3, right: 4 }, [2], true]);
});

test("a second reading that is a story already here leaves that one, with what the reader added to both", async () => {
  const page = await misread();
  const [first] = page.store.get().entries;
  const record = { ...first.record, text: "other", link: "#v=1&p=One two" };
  const old = { ...first, key: "old", number: 7, name: "Old", record };
  page.store.update({ entries: [old, { ...first, starred: true, name: "Mine" }], pinned: first.key });
  latest().say(done(page.second.id, page.second.settings, 4, "right"));
  const [{ key, name, starred }, ...others] = page.store.get().entries;
  assert.deepEqual([key, name, starred, others], ["old", "Old", true, []]);
  assert.equal(page.store.get().pinned, "old");
});

for (const [what, answer] of Object.entries({
  "gives another story": ({ id, settings: asked }) => done(id, asked, 4, "other"),
  "is stopped": ({ id, settings: asked }) => done(id, asked, 2, "other", { ended: "stopped" }),
  "is empty": ({ id, settings: asked }) => done(id, asked, 0, "other", { ended: "story" }),
  "cannot be written": ({ id }) => ({ type: "error", id, code: "prompt_too_long", message: "Too long." }),
  "ends with its worker": () => ({ type: "error", id: null, code: "panic", message: "Gone." }),
})) {
  test(`a link whose second reading ${what} leaves its first story`, async () => {
    const page = await misread();
    latest().say({ type: "tokens", id: page.second.id, token_ids: [1, 1], token_texts: ["x", "x"] });
    latest().say(answer(page.second));
    assert.deepEqual(digests(page), [[1, "wrong"]]);
    assert.equal(shown(page), "wrong");
    assert.equal(page.form.settings.prompt, settings.prompt);
    assert.match(globalThis.location.href, /One%20two/);
    assert.equal(page.store.get().writing, null);
    assert.ok(!page.told.some(([told]) => told === "refused"));
  });
}

test("a link is read by the next worker if the first one dies over it, and a link that cannot be read does not keep the model away", async () => {
  const page = await session();
  assert.equal(latest().asked("read_link").length, 1);
  page.engine.start();
  page.greet();
  const [{ id, fragment }] = latest().asked("read_link");
  assert.equal(fragment, "#v=1&p=One");
  assert.deepEqual(latest().asked("load"), []);
  latest().say({ type: "error", id, code: "settings", message: "What?" });
  await soon();
  assert.equal(latest().asked("load").length, 1);
  assert.deepEqual(page.told, [["read", ["What?"]]]);
});

/** A page without a link, whose model is loaded. */
async function atWork() {
  globalThis.location.hash = "";
  const page = await session();
  globalThis.location.hash = "#v=1&p=One";
  page.ready();
  return page;
}

const adapterFiles = () => [
  new File([JSON.stringify({ r: 8, lora_alpha: 8, target_modules: ["q_proj"] })], "adapter_config.json"),
  new File([new Uint8Array(16)], "adapter_model.safetensors"),
];
/** The id of an adapter, and settings that need it. */
const idOf = (name) => `${name}@${name.repeat(8)}`;
const withAdapter = (name) => ({ ...settings, adapter: { id: idOf(name), strength: 1 } });
/** The worker takes the files that it was given last. */
async function taken(name, freed = null) {
  const { id } = latest().asked("open_adapter").at(-1);
  if (freed) latest().say({ type: "adapter_freed", adapter: idOf(freed) });
  latest().say({ type: "adapter_ready", id, adapter: { id: idOf(name), title: name, bytes: 16 } });
  await soon();
}
const opened = () => latest().asked("open_adapter").length;
/** The worker refuses what it was asked for, because the adapter is not in its memory. */
async function missed({ id }) {
  latest().say({ type: "error", id, code: "no_adapter", message: "Not loaded." });
  await soon();
}

/** A page whose reader has opened three adapters, of which the engine holds the latest two. */
async function withThree() {
  const page = await atWork();
  for (const [name, freed] of [["a"], ["b"], ["c", "a"]]) {
    await page.adapters.open(adapterFiles());
    await taken(name, freed);
  }
  return page;
}
const refusals = ({ told }) => told.filter(([what]) => what === "refused").map(([, why]) => why);

test("a story whose own adapter is freed before it is written is written once that is back", async () => {
  const page = await withThree();
  page.form.settings = withAdapter("a");
  page.writing.generate();
  await soon();
  assert.equal(opened(), 4, "given again, from what the reader opened");
  assert.deepEqual(page.store.get().awaited, { id: idOf("a"), offered: true }, "the reader is not asked for files");
  await taken("a", "b");
  assert.equal(latest().asked("generate").length, 1);
  page.form.settings = settings;
  await missed(latest().asked("generate")[0]);
  assert.equal(page.store.get().writing, null);
  assert.equal(opened(), 5);
  await taken("a", "c");
  const again = latest().asked("generate")[1];
  assert.deepEqual(again.settings, withAdapter("a"), "the same story, whatever the form says now");
  latest().say(done(again.id, again.settings, 4, "right"));
  assert.equal(page.store.get().entries.length, 1);
  assert.deepEqual(refusals(page), []);
});

test("a story that is to end, or whose adapter nobody has, is not written when its adapter is missed", async () => {
  const page = await withThree();
  page.form.settings = withAdapter("c");
  page.writing.generate();
  await soon();
  page.writing.stop();
  await missed(latest().asked("generate")[0]);
  assert.deepEqual([page.store.get().queued, page.store.get().writing, opened()], [null, null, 3]);
  assert.deepEqual(refusals(page), []);
  latest().say({ type: "ready", model, adapters: [{ id: idOf("d"), title: "d", bytes: 1 }], bands: {}, library: null });
  page.writing.request({ settings: withAdapter("d"), expectation: null, parent: null });
  await soon();
  await missed(latest().asked("generate")[1]);
  assert.deepEqual([page.store.get().queued, page.store.get().writing], [null, null]);
  assert.deepEqual(refusals(page), ["Not loaded."]);
});

test("a place of a story whose own adapter is freed before it is looked at is looked at once that is back", async () => {
  const page = await withThree();
  const entry = { record: { settings: withAdapter("c"), token_ids: [1], model: "m@12345678", engine_revision: 5 } };
  const looked = page.looking.look({ entry, position: 0, settings });
  await missed(latest().asked("look")[0]);
  assert.equal(opened(), 4);
  assert.ok(page.looking.stalled());
  await taken("c", "b");
  latest().say({ type: "looked", id: latest().asked("look")[1].id, position: 0, candidates: [] });
  assert.equal((await looked).position, 0);
});

test("the next worker is given the reader's own adapters when they are needed, each once", async () => {
  const page = await withThree();
  page.engine.start();
  await soon();
  page.greet();
  page.ready();
  assert.equal(opened(), 0);
  assert.equal(page.store.get().adapters.own.length, 3);
  const waits = [page.adapters.bring(idOf("a")), page.adapters.bring(idOf("a"))];
  assert.equal(opened(), 1);
  // The worker dies over it; the next one gets the files of those that are waited for.
  page.engine.start();
  await soon();
  page.greet();
  page.ready();
  assert.equal(opened(), 1);
  await taken("a");
  assert.deepEqual(await Promise.all(waits), [null, null]);
});

test("files that the engine does not take when they are given again are told to all who wait", async () => {
  const page = await withThree();
  page.form.settings = withAdapter("a");
  page.writing.generate();
  await soon();
  const waits = page.adapters.bring(idOf("a"));
  const { id } = latest().asked("open_adapter").at(-1);
  latest().say({ type: "error", id, code: "adapter", message: "Another shape." });
  assert.equal(await waits, "Another shape.");
  await soon();
  assert.deepEqual(refusals(page), ["Another shape."]);
  assert.equal(page.store.get().queued, null);
  assert.deepEqual(
    page.store.get().adapters.own.map((adapter) => adapter.id),
    ["b", "c"].map(idOf),
  );
  // Another model may take them.
  page.engine.start();
  page.greet();
  page.ready();
  assert.equal(page.store.get().adapters.own.length, 3);
});

/** The page has said that nothing is heard. */
async function silent({ store }) {
  for (const end = Date.now() + 5000; store.get().silence === null && Date.now() < end;) await soon();
  assert.ok(store.get().silence, "a silence is told");
}

test("what the worker fetches goes on when a newer request replaces one that waits, and ends with its own task", async () => {
  globalThis.document.baseURI = "http://localhost/?patience=0.05";
  const page = await atWork();
  const entry = { record: { settings, token_ids: [1], model: "m@12345678", engine_revision: 5 } };
  const looks = [0, 1].map((position) => page.looking.look({ entry, position, settings }));
  const [first, second] = latest().asked("look");
  latest().say({ type: "adapter_progress", adapter: idOf("d"), loaded: 1, total: 4 });
  latest().say({ type: "error", id: first.id, code: "replaced", message: "Replaced." });
  latest().say({ type: "means", id: 0, means: [] });
  const fetching = () => page.store.get().adapters.fetching;
  assert.deepEqual(fetching(), { dddddddd: { loaded: 1, total: 4 } });
  await silent(page);
  assert.match(page.store.get().silence.text, /^The server has sent nothing/);
  latest().say({ type: "error", id: second.id, code: "network", message: "Broken." });
  assert.deepEqual(fetching(), {});
  assert.deepEqual(
    (await Promise.all(looks)).map((look) => look?.message),
    [undefined, "Broken."],
  );
  void page.looking.look({ entry, position: 0, settings });
  await soon();
  await silent(page);
  assert.match(page.store.get().silence.text, /^The story engine has not answered/);
  globalThis.document.baseURI = "http://localhost/";
});

test("a link cannot be made before the worker hears, and nobody waits for it", async () => {
  const page = await atWork();
  page.engine.start();
  await page.links.copyLink();
  assert.deepEqual(page.told, [["said", "The link can be made once the engine runs."]]);
});

test("the library is asked about the story being written only once at a time", async () => {
  const page = await atWork();
  page.writing.generate();
  await soon();
  const [{ id }] = latest().asked("generate");
  const measure = () => latest().say({ type: "metrics", id, numbers: {}, percentiles: {} });
  measure();
  measure();
  assert.equal(page.traces.length, 1);
  page.traces[0].answer({ numbers: { novelty: 1 }, percentiles: {}, spans: [] });
  await soon();
  assert.equal(page.measuring.live().numbers.novelty, 1);
  measure();
  page.traces[1].refuse(new Error("gone"));
  await soon();
  measure();
  assert.equal(page.traces.length, 3);
});

test("files are given to the worker while it writes, and to the next one if that is gone", async () => {
  const page = await atWork();
  page.writing.generate();
  await soon();
  await page.adapters.open(adapterFiles());
  assert.equal(latest().asked("generate").length, 1);
  assert.equal(latest().asked("open_adapter").length, 1);
  page.engine.start();
  await soon();
  page.greet();
  page.ready();
  const [{ id }] = latest().asked("open_adapter");
  latest().say({ type: "adapter_ready", id, adapter: { id: "own@aaaabbbb", title: "own", bytes: 16 } });
  await soon();
  assert.ok(page.adapters.isHere({ adapter: { id: "own@aaaabbbb", strength: 1 } }));
  assert.deepEqual(
    page.told.filter(([what]) => what === "opened" || what === "bad").map(([what]) => what),
    ["opened"],
  );
  assert.equal(page.store.get().adapters.opening, false);
});

test("of two looks only the later one is answered", async () => {
  const page = await atWork();
  const entry = { record: { settings, token_ids: [1], model: "m@12345678", engine_revision: 5 } };
  const looks = [0, 1].map((position) => page.looking.look({ entry, position, settings }));
  const [first, second] = latest().asked("look");
  latest().say({ type: "error", id: first.id, code: "replaced", message: "Replaced." });
  latest().say({ type: "looked", id: second.id, position: 1, candidates: [] });
  assert.deepEqual([await looks[0], (await looks[1]).position], [null, 1]);
  const refused = page.looking.look({ entry, position: 0, settings });
  latest().say({ type: "error", id: latest().asked("look")[2].id, code: "network", message: "No adapter." });
  assert.equal((await refused).message, "No adapter.");
  const lost = page.looking.look({ entry, position: 0, settings });
  page.engine.start();
  assert.equal(await lost, null);
});

test("a pause during a question to the library: resumed, the story is begun anew, and a library that goes away ends it with a message", async () => {
  const [states, rows, failed, asked] = [[], [], [], []];
  const pool = createPool({
    manifestUrl: "",
    size: 1,
    onRow: (row) => rows.push(row),
    onState: (state) => states.push(state),
    onFailed: (message) => failed.push(message),
    onReady: () => undefined,
    novelty: (text) => new Promise((answer) => asked.push({ text, answer })),
  });
  pool.start({
    total: 1,
    done: () => false,
    model: null,
    request: (id, runs) => ({ type: "judge", id, runs }),
    oneByOne: true,
  });
  latest().say({ type: "hello" });
  latest().say({ type: "ready" });
  latest().say({ type: "ask_novelty", text: "first" });
  pool.pause();
  const [begun] = latest().asked("judge");
  assert.deepEqual(latest().asked("stop"), [{ type: "stop", id: begun.id }]);
  asked[0].answer({ coverage: 1 });
  await soon();
  assert.equal(states.at(-1).phase, "paused");
  pool.resume();
  const again = latest().asked("judge")[1];
  assert.deepEqual([again.runs, again.id === begun.id], [[0], false]);
  latest().say({ type: "ask_novelty", text: "first" });
  latest().say({ type: "row", id: begun.id, row: { run: 0 } });
  asked[1].answer(null);
  await soon();
  assert.deepEqual(failed, ["The library is no longer open. Load it again and resume."]);
  assert.deepEqual([states.at(-1).phase, rows, latest().ended], ["paused", [], true]);
  pool.resume();
  latest().say({ type: "hello" });
  latest().say({ type: "ready" });
  const [{ id }] = latest().asked("judge");
  latest().say({ type: "row", id, row: { run: 0 } });
  assert.deepEqual([states.at(-1).phase, rows], ["done", [{ run: 0 }]]);
  pool.cancel();
  latest().crash("over");
});
