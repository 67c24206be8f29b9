// The page's part of a record, for people.
import { cell, table } from "./markdown.mjs";

const megabytes = (bytes) => (bytes / 1e6).toFixed(2);

export function pageTables(result) {
  const kinds = Object.entries(result.bytes_to_first_token);
  return `## The page

${result.browser}, headless; model ${result.model}.

${table(
  ["until the first token", "MB", "MB, gzip -9", "files"],
  kinds.map(([kind, bytes]) => [kind, megabytes(bytes.raw), megabytes(bytes.gzip), String(bytes.files)]),
)}

${table(
  ["from navigation to the first token, localhost", "seconds"],
  [
    ["empty cache", cell(result.seconds_to_first_token.empty_cache, 2)],
    ["model in Cache Storage", cell(result.seconds_to_first_token.warm_cache, 2)],
  ],
)}

${table(
  [`a story of ${result.settings.length} tokens with all measurements, browser and native in turn`, "tokens/s"],
  [
    ["browser", cell(result.tokens_per_second.browser)],
    ["native", cell(result.tokens_per_second.native)],
  ],
)}

${table(
  [`the library, ${megabytes(result.library.bytes)} MB`, ""],
  [
    ["unpacking, seconds", cell(result.library.seconds_to_open, 2)],
    ["memory of its worker, MB", megabytes(result.library.memory_bytes)],
    [`tracing the story, ms`, cell(result.library.trace_ms, 1)],
  ],
)}
`;
}
