// The types of idb.js. Written by scripts/vendor.mjs.
export { openDB } from "idb";
