/* tslint:disable */
/* eslint-disable */

/**
 * A model that decodes tokens.
 */
export class Decoder {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adapts the first sequence to a loaded adapter; the model itself at strength 0.
     */
    adapt(id: string, strength: number): void;
    /**
     * Chooses how [`Self::sample`] draws.
     */
    draw_with(temperature: number, top_p: number, seed: number): void;
    /**
     * Feeds one token to each of the first sequences; returns the likeliest next one of each.
     */
    feed_each(tokens: Uint32Array | number[]): Uint32Array;
    /**
     * Feeds tokens to the first sequence; returns the likeliest next one.
     */
    feed(tokens: Uint32Array | number[]): number;
    /**
     * Writes and scores the story that a [`Request::Generate`] asks for; returns the digests of its tokens, its logits and its
     * measurements. `reference`: a reference file's JSON. See `tests/it/golden.rs`.
     */
    golden(request: any, tokenizer: Uint8Array | number[], reference: Uint8Array | number[]): string[];
    /**
     * The name of the kernel in use.
     */
    kernel(): string;
    /**
     * The names of the kernels in this module, best first.
     */
    static kernels(): string[];
    /**
     * Loads an adapter from its two files; returns its `NAME@HASH8`, by which settings name it.
     */
    load_adapter(name: string, config: Uint8Array | number[], weights: Uint8Array | number[]): string;
    /**
     * Reads a model file. `kernel`: the name of one of [`Self::kernels`], or nothing for the best. `sha256`: the file's, in
     * hexadecimal, if it is known already; otherwise it is computed here.
     */
    constructor(model: Uint8Array, kernel?: string | null, sha256?: string | null);
    /**
     * Forgets all tokens, and makes room for some sequences of as many tokens each.
     */
    reset(sequences: number, positions: number): void;
    /**
     * Feeds tokens to the first sequence and draws the next one, computing its surprisal and the entropy too.
     */
    sample(tokens: Uint32Array | number[]): number;
}

/**
 * Makes this worker answer the page's messages, and says hello. Call once, from a dedicated worker.
 */
export function serve(): void;

/**
 * Makes this worker answer what the experiments ask for, and says hello. Call once, from a dedicated worker.
 */
export function serve_experiments(): void;

/**
 * Makes this worker answer the page's questions about the library. Call once, from a dedicated worker.
 */
export function serve_library(): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_decoder_free: (a: number, b: number) => void;
    readonly decoder_adapt: (a: number, b: number, c: number, d: number) => [number, number];
    readonly decoder_draw_with: (a: number, b: number, c: number, d: number) => void;
    readonly decoder_feed: (a: number, b: number, c: number) => [number, number, number];
    readonly decoder_feed_each: (a: number, b: number, c: number) => [number, number, number, number];
    readonly decoder_golden: (a: number, b: any, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly decoder_kernel: (a: number) => [number, number];
    readonly decoder_kernels: () => [number, number];
    readonly decoder_load_adapter: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly decoder_new: (a: any, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly decoder_reset: (a: number, b: number, c: number) => void;
    readonly decoder_sample: (a: number, b: number, c: number) => [number, number, number];
    readonly serve: () => void;
    readonly serve_experiments: () => void;
    readonly serve_library: () => void;
    readonly wasm_bindgen__convert__closures_____invoke__h3778945ee8b821a0: (a: number, b: number, c: any, d: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__h879a0940e9c45c33: (a: number, b: number, c: any) => [number, number];
    readonly wasm_bindgen__convert__closures_____invoke__h4ef92c19ecee0b04: (a: number, b: number, c: any) => void;
    readonly wasm_bindgen__convert__closures_____invoke__hba0f18931bf012eb: (a: number, b: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_exn_store: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_destroy_closure: (a: number, b: number) => void;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
