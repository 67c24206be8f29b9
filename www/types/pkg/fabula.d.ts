// What the page uses of the built WebAssembly glue, so that the page can be type-checked before anything is built.

/** Fetches and starts the WebAssembly module that lies beside the glue. */
export default function init(): Promise<unknown>;

/** Begins answering messages in this worker, and says "hello". */
export function serve(): void;
