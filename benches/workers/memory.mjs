// The bound: how often a second can one thread of WebAssembly read as many bytes as the model's weights have? A decoder that
// reads every weight once per token cannot be faster. The module is a loop over 128-bit loads, assembled here:
//   (func (param $end i32) (result i32)
//     at = 0
//     loop  sum[k] += load(at + 16 k) for every k;  at += 16 SUMS;  if at < end: again
//     sum[0] + sum[1] + ..., first lane)
import { serve } from "./serve.mjs";

/** Independent sums, so that no addition waits for the one before. */
const SUMS = 8;
const STEP = 16 * SUMS;
const PAGE = 65536;
const END = 0;
const AT = 1;
const SUM = 2;

const op = {
  loop: [0x03, 0x40],
  end: [0x0b],
  again: [0x0d, 0],
  less: [0x49],
  add: [0x6a],
  load: [0xfd, 0x00],
  addLanes: [0xfd, 0xae, 0x01],
  firstLane: [0xfd, 0x1b, 0],
};
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const I32 = 0x7f;
const V128 = 0x7b;

/** Unsigned LEB128. */
function unsigned(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
}

/** i32.const; the format takes it signed, so that bit 6 of the last byte must be free. */
const constant = (number) => {
  const bytes = unsigned(number);
  if (bytes.at(-1) & 64) bytes.push(bytes.pop() | 128, 0);
  return [0x41, ...bytes];
};

const section = (id, bytes) => [id, ...unsigned(bytes.length), ...bytes];
const named = (name, ...bytes) => [name.length, ...new TextEncoder().encode(name), ...bytes];

function assemble(pages) {
  const sums = Array.from({ length: SUMS }, (_, k) => SUM + k);
  const body = [
    2,
    1,
    I32,
    SUMS,
    V128,
    ...op.loop,
    ...sums.flatMap((sum, k) => [
      ...get(sum),
      ...get(AT),
      ...op.load,
      4,
      ...unsigned(16 * k),
      ...op.addLanes,
      ...set(sum),
    ]),
    ...get(AT),
    ...constant(STEP),
    ...op.add,
    ...set(AT),
    ...get(AT),
    ...get(END),
    ...op.less,
    ...op.again,
    ...op.end,
    ...sums.flatMap((sum, k) => [...get(sum), ...(k ? op.addLanes : [])]),
    ...op.firstLane,
    ...op.end,
  ];
  return Uint8Array.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 1, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...named("read", 0, 0), ...named("memory", 2, 0)]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

let read;
let end;

serve({
  async load({ bytes }) {
    const { instance } = await WebAssembly.instantiate(assemble(Math.ceil(bytes / PAGE)));
    read = instance.exports.read;
    end = Math.floor(bytes / STEP) * STEP;
    // Memory that was never written may all be one page of zeros.
    new Uint8Array(instance.exports.memory.buffer).fill(1);
    const lane = (end / 16) * 0x01010101;
    if (read(end) !== Number(BigInt.asIntN(32, BigInt(lane)))) throw new Error("the loop does not read what it should");
    return { bytes: end };
  },
  // The clock is read here, so that no message makes the bound lower than it is.
  read({ passes }) {
    const start = performance.now();
    // One call a pass: a call that lasts would stay in the code of the browser's quick compiler.
    for (let pass = 0; pass < passes; pass += 1) read(end);
    return { seconds: (performance.now() - start) / 1000, bytes: end, passes };
  },
});
