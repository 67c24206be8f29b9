/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const serve: () => void;
export const wasm_bindgen__convert__closures_____invoke__h4d2f2918465c4c02: (a: number, b: number, c: any, d: any) => void;
export const wasm_bindgen__convert__closures_____invoke__h5b0725192b16c754: (a: number, b: number, c: any) => [number, number];
export const wasm_bindgen__convert__closures_____invoke__h61e555e324eb7524: (a: number, b: number, c: any) => void;
export const wasm_bindgen__convert__closures_____invoke__h8e343bdf9dbc1f76: (a: number, b: number) => void;
export const __wbindgen_malloc: (a: number, b: number) => number;
export const __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_free: (a: number, b: number, c: number) => void;
export const __wbindgen_exn_store: (a: number) => void;
export const __externref_table_alloc: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_destroy_closure: (a: number, b: number) => void;
export const __externref_table_dealloc: (a: number) => void;
export const __wbindgen_start: () => void;
