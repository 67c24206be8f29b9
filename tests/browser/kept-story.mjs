// A story as the page keeps it, for tests without a browser.
import { readFileSync } from "node:fs";

const [record] = JSON.parse(readFileSync(new URL("../../www/example.json", import.meta.url), "utf8"));

/** The page's first example as a story of the reader's own. */
export const keptStory = (changes = {}) => ({
  key: "one",
  number: 1,
  created: null,
  name: null,
  starred: false,
  rating: null,
  parent: null,
  verdict: null,
  spans: null,
  record: structuredClone(record),
  ...changes,
});
