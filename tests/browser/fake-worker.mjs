// A worker of which a test speaks the part, and as much of a browser as the session of the page needs.

/** A worker of which the test speaks the part. */
export class FakeWorker extends EventTarget {
  static all = [];
  posted = [];
  constructor() {
    super();
    FakeWorker.all.push(this);
  }
  postMessage(message) {
    this.posted.push(message);
  }
  terminate() {
    this.ended = true;
  }
  say(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  crash(message) {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
  asked(type) {
    return this.posted.filter((message) => message.type === type);
  }
}
Object.assign(globalThis, {
  Worker: FakeWorker,
  CSS: { supports: () => true },
  document: { baseURI: "http://localhost/", getElementById: () => null },
  location: { href: "http://localhost/#v=1&p=One", hash: "#v=1&p=One", pathname: "/", search: "" },
  history: { state: null, replaceState: (_, __, link) => (globalThis.location.href = `http://localhost/${link}`) },
  addEventListener: () => undefined,
});
export const latest = () => FakeWorker.all.at(-1);
/** Lets promises that are settled be heard of. */
export const soon = () => new Promise((resolve) => setImmediate(resolve));

/** The model that the worker says it has loaded. */
export const model = { name: "m", hash8: "12345678", context: 100 };

/** What the worker says of a story. */
export const done = (id, asked, tokens, digest, more = {}) => ({
  type: "done",
  id,
  settings: asked,
  text: "x".repeat(tokens),
  token_ids: Array(tokens).fill(1),
  token_texts: Array(tokens).fill("x"),
  digest,
  ended: "length",
  numbers: {},
  percentiles: {},
  model: "m@12345678",
  engine_revision: 5,
  link: `#v=1&p=${asked.prompt}`,
  ...more,
});
