// The messages between the page and its worker. All are plain objects told apart by `type`.

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

/** What is measured on a story. A null means that the text is too short, or that there is nothing to compare it with. */
export interface Metrics {
  session_novelty: number | null;
  distinct_1: number | null;
  distinct_2: number | null;
  distinct_3: number | null;
  /** Per token, negative; nearer to zero is what the model expected more. */
  mean_log_probability_bits: number | null;
  perplexity: number | null;
  seq_rep_4: number | null;
  words: number;
  tokens: number;
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
export interface StoryRecord {
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
  | { type: "write_link"; settings: Settings; digest: string | null };

export interface HelloMessage {
  type: "hello";
  engine: { name: string; revision: number; kernel: string };
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
  /** What the engine holds in this tab. */
  memory_bytes: number;
  problem: string | null;
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
export interface MetricsMessage {
  type: "metrics";
  id: number;
  metrics: Metrics;
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
  | DoneMessage
  | LinkMessage
  | LinkReadMessage
  | ErrorMessage;
