// The messages between the page and its two workers. All are plain objects told apart by `type`.

/** What the reader chooses before a story is written; together with the model it decides every token. */
export interface Settings {
  prompt: string;
  temperature: number;
  top_p: number;
  seed: number;
  /** The number of tokens to write at most. */
  length: number;
}

/** The ranges the engine accepts, as [lowest, highest]. */
export interface Limits {
  temperature: [number, number];
  top_p: [number, number];
  seed: [number, number];
  length: [number, number];
  prompt_characters: number;
}

/** The session's part of the measurements; all others are in {@link Numbers}. */
export interface Metrics {
  session_novelty: number | null;
  words: number;
  tokens: number;
}

/**
 * What is measured on a story, by the names of `fabula score`. A null means that the text is too short, or that there is
 * nothing to compare it with; what is missing has not been measured (yet).
 */
export interface Numbers {
  numbers: Record<string, number | null>;
  /** The share of people's passages of this length with a lower number, for numbers that have a reference. */
  percentiles: Record<string, number>;
}

/** A model as the worker describes it once it is loaded. */
export interface ModelDescription {
  name: string;
  hash8: string;
  title: string;
  bytes: number;
  context: number;
  parameters: number;
  vocabulary: number;
}

/** Why a story ended. */
export type Ending = "length" | "story" | "context" | "stopped";

/** A finished generation; also the shape of each record in example.json. */
export interface StoryRecord extends Numbers {
  settings: Settings;
  /** The generated text, without the prompt. */
  text: string;
  token_ids: number[];
  token_texts: string[];
  surprisal_bits: number[];
  /** One a token; missing in stories of engine revision 1. */
  entropy_bits?: number[];
  /** Eight hexadecimal digits over the token ids. */
  digest: string;
  metrics: Metrics;
  ended: Ending;
  /** Null in the examples: the speed of another machine is not the reader's. */
  seconds: number | null;
  tokens_per_second: number | null;
  /** NAME@HASH8 */
  model: string;
  engine_revision: number;
  /** A fragment, "#v=1&..." */
  link: string;
}

export type ErrorCode =
  | "network"
  | "offline"
  | "corrupt"
  | "memory"
  | "manifest"
  | "prompt_too_long"
  | "settings"
  | "model"
  | "busy"
  | "panic";

export type ToWorker =
  | { type: "load"; manifest_url: string; model: string | null }
  | { type: "generate"; id: number; settings: Settings; earlier: string[] }
  | { type: "stop"; id: number }
  | { type: "read_link"; fragment: string }
  | { type: "write_link"; settings: Settings; digest: string | null }
  | { type: "means"; id: number; lists: number[][] };

export interface HelloMessage {
  type: "hello";
  engine: { name: string; revision: number };
  defaults: Settings;
  limits: Limits;
}
export interface ProgressMessage {
  type: "progress";
  loaded: number;
  total: number;
  from: "network" | "cache";
}
export interface ReadyMessage {
  type: "ready";
  model: ModelDescription;
  seconds: number;
  from: "network" | "cache";
  /** Whether the model file now lies in this browser's storage. */
  kept: boolean;
  note: string | null;
  /** What multiplies the integers: the name of an instruction set. */
  kernel: string;
  /** What the engine holds in this tab. */
  memory_bytes: number;
  problem: string | null;
  /** By metric: where people's range begins and ends, in passages of a usual length. */
  bands: Record<string, [number, number]>;
  /** The library that can be fetched for this model. */
  library: { bytes: number; sha256: string } | null;
}
export interface StartedMessage {
  type: "started";
  id: number;
  prompt_tokens: number;
}
export interface TokenMessage {
  type: "token";
  id: number;
  index: number;
  token: number;
  /** Empty while a character of several bytes is incomplete. */
  text: string;
  surprisal_bits: number;
  entropy_bits: number;
}
export interface MetricsMessage extends Numbers {
  type: "metrics";
  id: number;
}
/** How far the second reading of a finished story is. */
export interface MeasuringMessage {
  type: "measuring";
  id: number;
  done: number;
}
/** What the second reading found. */
export interface MeasuredMessage extends Numbers {
  type: "measured";
  id: number;
}
/** A mean with its 95% interval. */
export interface Mean {
  mean: number;
  from: number;
  to: number;
}
export interface MeansMessage {
  type: "means";
  id: number;
  means: (Mean | null)[];
}
export interface DoneMessage extends StoryRecord {
  type: "done";
  id: number;
  seconds: number;
  tokens_per_second: number;
  memory_bytes: number;
}
export interface LinkMessage {
  type: "link";
  fragment: string;
}
export interface LinkReadMessage {
  type: "link_read";
  settings: Settings | null;
  digest: string | null;
  model: string | null;
  engine_revision: number | null;
  problems: string[];
}
export interface ErrorMessage {
  type: "error";
  id: number | null;
  code: ErrorCode;
  message: string;
}

export type FromWorker =
  | HelloMessage
  | ProgressMessage
  | ReadyMessage
  | StartedMessage
  | TokenMessage
  | MetricsMessage
  | MeasuringMessage
  | MeasuredMessage
  | MeansMessage
  | DoneMessage
  | LinkMessage
  | LinkReadMessage
  | ErrorMessage;

/** What the library's worker is asked. */
export type ToLibrary =
  | { type: "open"; manifest_url: string; model: string }
  | { type: "trace"; id: number; text: string; tokens: number; coherence: number | null }
  | { type: "find"; id: number; text: string };

/** A span of the text that the library holds too, in UTF-16 units. */
export interface TextSpan {
  start: number;
  end: number;
  words: number;
  occurrences: number;
}
export interface FoundBook {
  book: { title: string; author: string; shelf: string };
  occurrences: number;
  passage: { before: string; span: string; after: string };
}
export interface TracedMessage extends Numbers {
  type: "traced";
  id: number;
  spans: TextSpan[];
  seconds: number;
}

/** What the library's worker says. */
export type FromLibrary =
  | { type: "hello" }
  | ProgressMessage
  | { type: "opening" }
  | { type: "opened"; documents: number; books: number; words: number; seconds: number; from: "network" | "cache"; kept: boolean; memory_bytes: number }
  | TracedMessage
  | { type: "found"; id: number; books: FoundBook[] }
  | { type: "error"; code: ErrorCode; message: string };
