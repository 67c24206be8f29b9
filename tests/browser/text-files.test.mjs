// Files that the reader opens. A byte-order mark and the line ends of Windows change nothing of what the page reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readJson, readText } from "../../www/parts/read.js";
import { CONFIG, WEIGHTS, readAdapterFiles } from "../../www/session/adapter-files.js";
import { fromJson, toJson } from "../../www/session/exchange.js";
import { keptStory } from "./kept-story.mjs";
import { ROOT } from "./support.mjs";

const MARK = "\uFEFF";
/** As an editor on Windows saves a text. */
const windows = (text) => MARK + text.replaceAll("\n", "\r\n");

test("a text is the same with a mark and other line ends, from a file and from a server", async () => {
  const text = '{\n  "one": "ü \uFEFF"\n}\n';
  for (const written of [text, windows(text), MARK + windows(text), text.replaceAll("\n", "\r")])
    for (const source of [new Blob([written]), new Response(written)]) assert.equal(await readText(source), text);
  assert.deepEqual(await readJson(new Blob([windows(text)])), { one: "ü \uFEFF" });
});

test("stories are imported from a file that an editor on Windows has saved", async () => {
  const story = keptStory();
  // Line breaks inside a story are part of it.
  story.record.text += "\r\n";
  const written = JSON.stringify(JSON.parse(toJson([story])), null, 2);
  const { stories, problems, refused } = await fromJson(new Blob([windows(written)]));
  assert.deepEqual({ stories, problems, refused }, { stories: [story], problems: [], refused: null });
});

test("an adapter's configuration reaches the engine without the mark", async () => {
  const config = '{\n  "r": 8\n}\n';
  const files = [new File([windows(config)], CONFIG), new File(["weights"], WEIGHTS)];
  const read = await readAdapterFiles(files);
  assert.equal(new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.config), config);
});

test("files that are no adapter are refused with the reason", async () => {
  for (const [names, words] of [
    [[WEIGHTS], /adapter_config\.json is missing/],
    [[CONFIG], /weights are missing/],
    [["README.md"], /An adapter is two files/],
    [[CONFIG, "one.safetensors", "two.safetensors"], /several adapters/],
    [[CONFIG, "adapter_model.bin"], /Only adapters in safetensors files/],
  ])
    assert.match(await readAdapterFiles(names.map((name) => new File(["{}"], name))), words);
});

test("nothing that the page reads as text goes past this", () => {
  const all = ["session", "experiments", "parts", "views"].flatMap((folder) =>
    readFileSync(path.join(ROOT, "sw.js"), "utf8").match(new RegExp(`www/${folder}/[\\w/-]+\\.js`, "g")),
  );
  const past = all.filter(
    (file) =>
      file !== "www/parts/read.js" &&
      /(await|return|\)) *\(?[\w.]*\.json\(\)|await [\w.]+\.text\(\)/.test(readFileSync(path.join(ROOT, file), "utf8")),
  );
  assert.deepEqual(past, []);
});
