// The little of the GGUF format that the benchmark needs. Format: ggml's docs/gguf.md.

const ALIGNMENT = 32;
const TYPE = { uint32: 4, float32: 6, string: 8, array: 9 };
/** Bytes of a value of each type; strings and arrays carry their length. */
const VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
/** Numbers of ggml's tensor encodings. */
export const F32 = 0;
export const Q8_0 = 8;
export const Q8_0_BLOCK = { values: 32, bytes: 34 };

/** Reads metadata and the sizes of the tensors. */
export function readHeader(bytes) {
  let at = 24;
  const u64 = () => Number(bytes.readBigUInt64LE((at += 8) - 8));
  const u32 = () => bytes.readUInt32LE((at += 4) - 4);
  const text = () => {
    const length = u64();
    return bytes.toString("utf8", at, (at += length));
  };
  const value = (type) => {
    if (type === TYPE.string) return text();
    if (type === TYPE.array) {
      const inner = u32();
      return Array.from({ length: u64() }, () => value(inner));
    }
    const start = at;
    at += VALUE_BYTES[type];
    return type === TYPE.uint32 ? bytes.readUInt32LE(start) : type === TYPE.float32 ? bytes.readFloatLE(start) : null;
  };
  if (bytes.toString("latin1", 0, 4) !== "GGUF") throw new Error("not a GGUF file");
  const tensorCount = Number(bytes.readBigUInt64LE(8));
  const metadataCount = Number(bytes.readBigUInt64LE(16));
  const metadata = {};
  for (let count = 0; count < metadataCount; count += 1) {
    const key = text();
    metadata[key] = value(u32());
  }
  const tensors = {};
  for (let count = 0; count < tensorCount; count += 1) {
    const name = text();
    tensors[name] = Array.from({ length: u32() }, u64);
    at += 12; // encoding and place
  }
  return { metadata, tensors };
}

/**
 * What a decoder at one byte per weight has to read for each token: every matrix once. Of the embedding a token takes one
 * row, but where there is no classifier it is the classifier too, and read as a whole.
 */
export function weightBytesPerToken({ tensors }) {
  let bytes = 0;
  for (const [name, sizes] of Object.entries(tensors)) {
    if (sizes.length < 2 || (name === "token_embd.weight" && "output.weight" in tensors)) continue;
    bytes += sizes.reduce((product, size) => product * size, 1);
  }
  return bytes;
}

function metadataBytes(key, value) {
  const name = Buffer.from(key);
  const [type, content] = typeof value === "string" ? [TYPE.string, Buffer.from(value)] : [null, null];
  const head = Buffer.alloc(8 + name.length + 4 + (content ? 8 : 4));
  head.writeBigUInt64LE(BigInt(name.length), 0);
  name.copy(head, 8);
  const at = 8 + name.length;
  if (content) {
    head.writeUInt32LE(type, at);
    head.writeBigUInt64LE(BigInt(content.length), at + 4);
    return Buffer.concat([head, content]);
  }
  head.writeUInt32LE(Number.isInteger(value) ? TYPE.uint32 : TYPE.float32, at);
  if (Number.isInteger(value)) head.writeUInt32LE(value, at + 4);
  else head.writeFloatLE(value, at + 4);
  return head;
}

/**
 * A GGUF file. Whole numbers become uint32, others float32.
 * @param {Record<string, string | number>} metadata
 * @param {{ name: string, sizes: number[], encoding: number, data: Buffer }[]} tensors
 */
export function writeGguf(metadata, tensors) {
  const start = Buffer.alloc(24);
  start.write("GGUF");
  start.writeUInt32LE(3, 4);
  start.writeBigUInt64LE(BigInt(tensors.length), 8);
  start.writeBigUInt64LE(BigInt(Object.keys(metadata).length), 16);
  const header = [start, ...Object.entries(metadata).map(([key, value]) => metadataBytes(key, value))];
  const body = [];
  const pad = (length) => Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
  let place = 0;
  for (const { name, sizes, encoding, data } of tensors) {
    const info = Buffer.alloc(8 + name.length + 4 + 8 * sizes.length + 12);
    info.writeBigUInt64LE(BigInt(name.length), 0);
    let at = 8 + info.write(name, 8);
    at = info.writeUInt32LE(sizes.length, at);
    for (const size of sizes) at = info.writeBigUInt64LE(BigInt(size), at);
    at = info.writeUInt32LE(encoding, at);
    info.writeBigUInt64LE(BigInt(place), at);
    header.push(info);
    body.push(data, pad(data.length));
    place += data.length + pad(data.length).length;
  }
  const length = header.reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([...header, pad(length), ...body]);
}
