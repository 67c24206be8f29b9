// What an experiment is to the page: the shell brings the workers, the progress, the exports and what is kept; an experiment
// brings its protocol, its settings, what is to be written, and what is made of it.
import type { AdapterDescription, ExperimentsHelloMessage, Row } from "../protocol.js";
import type { Analyst } from "./session/analyst.js";
import type { Conduct, Conducted, Plan } from "./session/conduct.js";
import type { Ours } from "./views/ours.js";
import type { Protocol } from "./views/protocol.js";
import type { Unit } from "./views/run-panel.js";

/** What the shell gives to an experiment. */
export interface Context {
  /** Answers questions that need no model. */
  analyst: Analyst;
  /** What is written so far. */
  conduct: Conduct;
  hello: ExperimentsHelloMessage;
  /** `id`: NAME@HASH8; `measures`: the files that its numbers stand on, by hash; `adapters`: those that the server has for it. */
  model: { id: string; measures: string; adapters: AdapterDescription[] };
  /** The library is on this device, and open. */
  libraryReady: () => boolean;
  /** The settings describe something to run; called again whenever they do. */
  onPlan: (plan: Plan) => void;
  /** Whether the settings can be run may have changed. */
  onProblem: () => void;
}

/** What a link promises. */
export interface Promised {
  digest: string;
  model: string | null;
  engine_revision: number | null;
}

/** An experiment on the page. */
export interface Shown {
  settings: HTMLElement;
  results: HTMLElement;
  /** What is wrong with the settings; null when they can be run. */
  problem: () => string | null;
  /** What the settings describe; `restore` takes it. Empty before they describe anything. */
  identity: () => string;
  /** Reads what was typed a moment ago, so that it counts. */
  settle: () => Promise<void>;
  /** Takes the default settings. */
  useDefaults: () => Promise<boolean>;
  /** Takes the settings of a plan's identity; false where it is none of this experiment, model and engine. */
  restore: (identity: string) => Promise<boolean>;
  readLink: (fragment: string) => Promise<{ problems: string[]; promise: Promised | null }>;
  /** The link that repeats it; with the digest of all stories once they are written. */
  writeLink: () => Promise<{ fragment: string; digest: string | null }>;
  show: (state: Conducted) => void;
  /** How much work it is, for so many workers, in words. */
  estimate: (workers: number) => string;
  /** The settings in words, for the report. */
  describe: () => string;
  /** What an export says beside the rows. */
  about: () => Promise<Record<string, unknown>>;
  /** The rows as a table; left out where the engine writes it. */
  csv?: (rows: Row[]) => string;
  /** The library can be asked from now on. */
  onLibrary?: () => void;
}

export interface Experiment {
  /** As in links: `e`. */
  name: string;
  title: string;
  question: string;
  protocol: Protocol;
  /** What our own run found. */
  ours: Ours;
  /** What a run is called; left out where it is a story. */
  unit?: Unit;
  create: (context: Context) => Shown;
}
