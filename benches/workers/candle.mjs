// candle in a worker, compiled from benches/candle.
import { serve } from "./serve.mjs";

let model;

serve({
  async load({ glue, module, model: address }) {
    const [{ default: start, QModel }, file] = await Promise.all([
      import(glue),
      fetch(address).then((response) => response.arrayBuffer()),
    ]);
    await start({ module_or_path: module });
    model = new QModel(new Uint8Array(file));
  },
  greedy({ prompt, count }, emit) {
    model.reset();
    let token = model.feed(Uint32Array.from(prompt));
    emit(token);
    for (let made = 1; made < count; made += 1) emit((token = model.step(token)));
  },
  prompt({ prompt, times }, emit) {
    for (let time = 0; time < times; time += 1) {
      model.reset();
      emit(model.feed(Uint32Array.from(prompt)));
    }
  },
});
