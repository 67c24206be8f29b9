// Draws docs/experiments/*.svg from the rows of our own experiments beside them. Means, intervals and tests are asked of the engine in
// pkg/, so they are those of `fabula findings` and of the page.
//   node scripts/plots.mjs          after new rows, or a change of how they are drawn
//   node scripts/plots.mjs --check  exits with 1 if a drawing is not what its rows give
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { drawings as judge } from "./plots/judge.mjs";
import { drawings as poet } from "./plots/poet.mjs";
import { drawings as sampling } from "./plots/sampling.mjs";
import { drawings as window } from "./plots/window.mjs";

const FOLDER = "docs/experiments";
const drawings = { ...sampling, ...window, ...poet, ...judge };
const isChecked = process.argv.includes("--check");
const wrong = readdirSync(FOLDER).filter((file) => file.endsWith(".svg") && !(file in drawings));
for (const [name, draw] of Object.entries(drawings)) {
  const file = `${FOLDER}/${name}`;
  const drawing = draw();
  if (!isChecked) writeFileSync(file, drawing);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== drawing) wrong.push(name);
}
if (wrong.length > 0) {
  console.error(
    `In ${FOLDER}, not what the rows give: ${wrong.join(", ")}. Run node scripts/plots.mjs, and delete what it does not draw.`,
  );
  process.exit(1);
}
