// The part of a record about smoothness, as tables.
import { cell, table } from "./markdown.mjs";

export function framesTables({ browser, settings, moves, streaming, sliding }) {
  return `## Frames

${browser}, headless, drawing without a graphics card; the display shows 60 frames a second.

${table(
  [
    `while a story of ${settings.length} tokens streams, coloured by`,
    "tokens/s",
    "frames/s",
    "longest frame, ms",
    "main thread a frame, ms",
  ],
  Object.entries(streaming).map(([name, row]) => [
    name,
    cell(row.tokens_per_second),
    cell(row.fps, 1),
    cell(row.longest_ms, 1),
    cell(row.busy_ms, 1),
  ]),
)}

${table(
  [`while a slider moves ${moves} times, once a frame: the chart`, ...Object.keys(sliding)],
  [
    ["frames/s", "fps", 1],
    ["longest frame, ms", "longest", 1],
    ["main thread a frame, ms", "all", 2],
    ["of it script", "script", 2],
    ["of it style", "style", 2],
    ["of it layout", "layout", 2],
    ["charts drawn a frame", "answers", 2],
    ["the chain in the worker, ms", "chain", 2],
  ].map(([name, kind, digits]) => [name, ...Object.values(sliding).map((row) => cell(row[kind], digits))]),
)}
`;
}
