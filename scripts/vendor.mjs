// Builds the third-party browser code under www/vendor/ from the packages named in package-lock.json.
// Run `npm install --ignore-scripts`, then `npm run vendor`; the result is committed, so that the page needs no build.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { wrapped } from "./wrap.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const output = join(root, "www", "vendor");

/** The names the page uses, by package and file; everything else is left out of the bundles. */
const wanted = [
  {
    file: "plot",
    from: "@observablehq/plot",
    title: "Observable Plot and what it needs",
    names: ["axisX", "axisY", "dot", "frame", "gridX", "gridY", "line", "plot", "rect", "ruleX", "ruleY"],
  },
  { file: "idb", from: "idb", title: "idb: the browser's database, with promises", names: ["openDB"] },
];

/**
 * Plot writes a small <style> element into each of its drawings, which a strict content security policy refuses.
 * The same rules stand in www/style/map.css instead. The build stops if Plot no longer looks as expected.
 */
const withoutStyleElements = {
  name: "without-style-elements",
  setup(builder) {
    builder.onLoad({ filter: /plot[\\/]src[\\/](plot|legends[\\/]ramp)\.js$/ }, ({ path }) => {
      const before = readFileSync(path, "utf8");
      const after = before.replace(/svg\.append\("style"\)\.text\(\s*`[^`]*`\s*\)/, "undefined");
      if (after === before) throw new Error(`no style element found in ${path}: has Plot changed?`);
      return { contents: after, loader: "js" };
    });
  },
};

const bundles = await Promise.all(
  wanted.map(async (bundle) => {
    const result = await build({
      stdin: {
        contents: `export { ${bundle.names.join(", ")} } from "${bundle.from}";`,
        resolveDir: root,
      },
      bundle: true,
      format: "esm",
      target: "es2022",
      minify: true,
      legalComments: "none",
      metafile: true,
      absWorkingDir: root,
      write: false,
      plugins: [withoutStyleElements],
    });
    return { ...bundle, code: result.outputFiles[0].text, inputs: Object.values(result.metafile.outputs)[0].inputs };
  }),
);

/** The package folders whose files are in the bundles, sorted. */
const folders = [
  ...new Set(
    bundles
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.replaceAll("\\", "/").match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0])
      .filter((folder) => folder !== undefined),
  ),
].sort();

const packages = folders.map((folder) => {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const licenceFile = readdirSync(path).find((file) => /^licen[cs]e/i.test(file));
  if (!licenceFile || !existsSync(join(path, licenceFile))) throw new Error(`${name} has no licence file`);
  return { name, version, license, text: readFileSync(join(path, licenceFile), "utf8").trim() };
});

mkdirSync(output, { recursive: true });
for (const { file, from, title, names, code } of bundles) {
  writeFileSync(
    join(output, `${file}.js`),
    `/* ${title}. Built by scripts/vendor.mjs; licences in LICENSES.txt. */\n${code}`,
  );
  writeFileSync(
    join(output, `${file}.d.ts`),
    `// The types of ${file}.js. Written by scripts/vendor.mjs.\nexport { ${names.join(", ")} } from "${from}";\n`,
  );
  console.log(`${relative(root, join(output, `${file}.js`))}: ${(code.length / 1024).toFixed(0)} KiB`);
}
writeFileSync(
  join(output, "LICENSES.txt"),
  packages
    .map((item) => `${item.name} ${item.version} (${item.license})\n\n${item.text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`),
);
writeFileSync(
  join(output, "README.md"),
  wrapped(
    [
      "# Third-party code of the page",
      "",
      "`scripts/vendor.mjs` (`npm run vendor`) makes these files from the versions in `package-lock.json`. Do not edit them by hand.",
      "",
      "- `plot.js` is an ES module with the parts of Observable Plot that the page uses. The `<style>` element that Plot writes into its drawings is removed, so that the content security policy can stay strict. `www/style/map.css` has those rules.",
      "- `idb.js` is a thin layer over IndexedDB, the browser's database, where the user's own stories are saved.",
      "- `LICENSES.txt` has the licence of every package below.",
      "",
      "| package | version | licence |",
      "|---|---|---|",
      ...packages.map((item) => `| ${item.name} | ${item.version} | ${item.license} |`),
      "",
    ].join("\n"),
  ),
);
