// The machine that measures.
import os from "node:os";

const processor = (os.cpus()[0]?.model ?? "unknown")
  .replace(/\(R\)|\(TM\)|CPU|@.*$/g, "")
  .replace(/\s+/g, " ")
  .trim();

/** What a reader has to know of it. */
export const machine = {
  cpu: processor,
  cores: os.cpus().length,
  memory_gib: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.arch()}`,
};

/** Its name in a file name. */
export const machineName = processor
  .toLowerCase()
  .replace(/[^a-z0-9]+/g, "-")
  .replace(/^-|-$/g, "");

/** How many programs wanted a core in the last minute: other work makes every number worse. */
export const load = () => Number(os.loadavg()[0].toFixed(2));
