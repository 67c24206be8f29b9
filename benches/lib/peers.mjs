// Other runtimes for the browser, measured by a harness of their own in a folder of the reader's: run.mjs, its models and
// its node_modules. Fabula and candle take part in that run, so that its rows can be compared with each other.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";

/** Rows of one thread, as Fabula has. Which of them can run depends on the models that are there. */
const ROWS = {
  membw: "",
  "module-relaxed-q8_0-1t": "",
  "module-plain-q8_0-1t": "",
  "candle-q8_0-1t": "",
  "wllama-q8_0-1t": "gguf/model-q8_0.gguf",
  "wllama-q4_0-1t": "gguf/model-q4_0.gguf",
  "wllama2-q8_0-1t": "gguf/model-q8_0.gguf",
  "tjs-plain-q8-1t": "onnx-plain",
  "tjs-fused-q8-1t": "onnx-fused",
  "tjs-fused-q4-1t": "onnx-fused",
  "tjs-fused-fp32-1t": "onnx-fused",
};
/** Seconds after which that harness starts no further round. */
const BUDGET = 1500;

/** Puts peers-module.mjs beside the built modules. */
function stage(folder, built) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(ROOT, "benches/peers-module.mjs"), path.join(folder, "peers-module.mjs"));
  for (const name of readdirSync(built).filter((file) => /\.(js|wasm)$/.test(file))) {
    copyFileSync(path.join(built, name), path.join(folder, name));
  }
}

/**
 * @param {{ folder: string, built: string, relaxed: boolean, candle: string | null, chromium: string, rounds: number,
 *   tokens: number }} plan
 */
export function measurePeers({ folder, built, relaxed, candle, chromium, rounds, tokens }) {
  const need = ["run.mjs", "node_modules", "models/prompt.json"].filter((name) => !existsSync(path.join(folder, name)));
  if (need.length > 0) {
    console.error(`no peers: ${folder} lacks ${need.join(", ")}`);
    return null;
  }
  const work = path.join(ROOT, "target/bench/peers");
  const module = path.join(work, "module");
  stage(module, built);
  const out = path.join(work, "results.json");
  rmSync(out, { force: true });
  const here = ([id, model]) =>
    (relaxed || !id.includes("relaxed")) &&
    (candle || !id.startsWith("candle")) &&
    existsSync(path.join(folder, "models", model));
  const words = [
    "run.mjs",
    "--module",
    path.join(module, "peers-module.mjs"),
    "--variants",
    relaxed ? "relaxed,plain" : "plain",
    ...(candle ? ["--candle", candle] : []),
    "--chromium",
    chromium,
    "--rows",
    Object.entries(ROWS)
      .filter(here)
      .map(([id]) => id)
      .join(),
    "--rounds",
    String(rounds),
    "--tokens",
    String(tokens),
    "--cold",
    rounds > 1 ? "3" : "1",
    "--budget-s",
    String(BUDGET),
    "--out",
    out,
  ];
  try {
    execFileSync(process.execPath, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    return compact(JSON.parse(readFileSync(out, "utf8")));
  } catch (error) {
    console.error(`no peers: their harness failed (${error.message.split("\n")[0]})`);
    return null;
  }
}

/** What of that harness's result is kept: speeds, sizes and versions. */
function compact({ versions, prompt, tokens, roundsDone, rows }) {
  const kept = Object.entries(rows).map(([id, row]) => {
    const rates = row.runs.map((run) => run.decodeTps ?? run.passesPerSecond).filter(Boolean);
    const { runtime, runtimeGzip, model } = row.bytes ?? {};
    return [
      id,
      {
        error: row.error,
        tokens: row.tokens,
        decode: rates,
        prompt_ms: row.runs.map((run) => run.prefillMs).filter(Boolean),
        cold_ms: row.coldMs,
        bytes: { runtime, runtime_gzip: runtimeGzip, model },
      },
    ];
  });
  return { versions, prompt, tokens, rounds: roundsDone, rows: Object.fromEntries(kept) };
}
