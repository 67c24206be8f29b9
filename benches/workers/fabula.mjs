// The worker's side of row.mjs: one of the engine's two modules. Tasks come as messages, tokens go back as messages.

let decoder;

const tasks = {
  async load({ glue, module, model }) {
    const [{ default: start, Decoder }, file] = await Promise.all([
      import(glue),
      fetch(model).then((response) => response.arrayBuffer()),
    ]);
    await start({ module_or_path: module });
    // As the page does: the browser checks the file.
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file));
    const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    decoder = new Decoder(new Uint8Array(file), undefined, sha256);
    return { kernel: decoder.kernel() };
  },
  greedy({ prompt, count }, emit) {
    decoder.reset(1, prompt.length + count);
    let token = decoder.feed(Uint32Array.from(prompt));
    emit(token);
    for (let made = 1; made < count; made += 1) emit((token = decoder.feed(Uint32Array.of(token))));
  },
  sampled({ prompt, count, temperature, top_p, seed }, emit) {
    decoder.reset(1, prompt.length + count);
    decoder.draw_with(temperature, top_p, seed);
    let token = decoder.sample(Uint32Array.from(prompt));
    emit(token);
    for (let made = 1; made < count; made += 1) emit((token = decoder.sample(Uint32Array.of(token))));
  },
  prompt({ prompt, times }, emit) {
    for (let time = 0; time < times; time += 1) {
      decoder.reset(1, prompt.length);
      emit(decoder.feed(Uint32Array.from(prompt)));
    }
  },
  several({ starts, count }, emit) {
    decoder.reset(starts.length, count);
    let tokens = Uint32Array.from(starts);
    for (let made = 0; made < count; made += 1) {
      tokens = decoder.feed_each(tokens);
      emit(...tokens);
    }
  },
};

const emit = (...tokens) => self.postMessage({ tokens });
self.addEventListener("message", async ({ data: { task, details } }) => {
  try {
    self.postMessage({ answer: (await tasks[task](details, emit)) ?? null });
  } catch (error) {
    self.postMessage({ error: String(error?.stack ?? error) });
  }
});
