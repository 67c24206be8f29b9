/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const __wbg_decoder_free: (a: number, b: number) => void;
export const decoder_draw_with: (a: number, b: number, c: number, d: number) => void;
export const decoder_feed: (a: number, b: number, c: number) => [number, number, number];
export const decoder_feed_each: (a: number, b: number, c: number) => [number, number, number, number];
export const decoder_golden: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
export const decoder_kernel: (a: number) => [number, number];
export const decoder_kernels: () => [number, number];
export const decoder_new: (a: any, b: number, c: number) => [number, number, number];
export const decoder_reset: (a: number, b: number, c: number) => void;
export const decoder_sample: (a: number, b: number, c: number) => [number, number, number];
export const serve: () => void;
export const wasm_bindgen__convert__closures_____invoke__h3778945ee8b821a0: (a: number, b: number, c: any, d: any) => void;
export const wasm_bindgen__convert__closures_____invoke__h879a0940e9c45c33: (a: number, b: number, c: any) => [number, number];
export const wasm_bindgen__convert__closures_____invoke__h89ae7bfb2ff7a229: (a: number, b: number, c: any) => void;
export const wasm_bindgen__convert__closures_____invoke__heebd0ca5ef54ef77: (a: number, b: number) => void;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __wbindgen_exn_store: (a: number) => void;
export const __externref_table_alloc: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_destroy_closure: (a: number, b: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __externref_drop_slice: (a: number, b: number) => void;
export const __wbindgen_start: () => void;
