// The page of one row. Its settings come with the address. The worker posts every token to this page, and the clock is read
// here, when a token has arrived: what a user of the runtime would see, messages included.

const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const worker = new Worker(new URL("fabula.mjs", import.meta.url), { type: "module" });
let settle;
let tokens = [];
let arrivals = [];

worker.addEventListener("message", ({ data }) => {
  if (data.tokens) {
    arrivals.push(performance.now());
    tokens.push(...data.tokens);
  } else if (data.error) settle.reject(new Error(data.error));
  else settle.resolve(data.answer);
});
worker.addEventListener("error", (event) => settle.reject(new Error(event.message)));

/** Times in milliseconds: when it was asked for, and when each token came. */
async function run(task, details) {
  tokens = [];
  arrivals = [];
  const start = performance.now();
  const answer = await new Promise((resolve, reject) => {
    settle = { resolve, reject };
    worker.postMessage({ task, details });
  });
  return { start, arrivals, tokens, answer };
}

/** The first token counts from the start of the navigation: module, model and prompt are in it. */
async function begin() {
  const { answer } = await run("load", settings);
  const {
    arrivals: [first],
  } = await run("greedy", settings.first);
  return { about: answer, first };
}

globalThis.run = run;
globalThis.begun = begin().catch((error) => ({ error: String(error) }));
