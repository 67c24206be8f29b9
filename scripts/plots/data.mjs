// What our own runs of the experiments wrote, with the protocols beside it.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../docs/experiments/", import.meta.url);
const read = (file) => readFileSync(new URL(file, FOLDER), "utf8");
const protocolOf = (file) => JSON.parse(read(`${file}.protocol.json`));

/** The fields of a line of CSV; doubled quotes within quotes are one. */
const fields = (line) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );

/** A sweep: its grid, the names of its columns, and the values of a number, one a run, null where a story has none. */
export function sweep(file) {
  const { grid } = protocolOf(file);
  const [head, ...rows] = read(file).trim().split("\n").map(fields);
  const cells = grid.axes.reduce((product, { values }) => product * values.length, 1);
  const stories = (grid.prompts?.length || 1) * grid.seeds;
  if (rows.length !== cells * stories || rows.some(([run], index) => Number(run) !== index)) {
    throw new Error(
      `${file} does not hold the ${cells * stories} runs of its protocol in their order: write it anew with fabula sweep`,
    );
  }
  function values(name) {
    const column = head.indexOf(name);
    if (column < 0) throw new Error(`${file} has no column ${name}`);
    return rows.map((row) => (row[column] === "" ? null : Number(row[column])));
  }
  return { grid, stories, names: head, values };
}

/** A self-evaluation: its protocol and its rows. */
export function judgements(file) {
  const { protocol } = protocolOf(file);
  const rows = read(file)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const items = protocol.prompts.length * protocol.seeds;
  if (rows.length !== items)
    throw new Error(`${file} does not hold the ${items} items of its protocol: write it anew with fabula judge`);
  return { protocol, rows };
}
