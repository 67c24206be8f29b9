// The messages between the page and its workers. All are plain objects told apart by `type`.

/** What the reader chooses before a story is written; together with the model it decides every token. */
export interface Settings {
  prompt: string;
  temperature: number;
  top_p: number;
  seed: number;
  /** The number of tokens to write at most. */
  length: number;
  /** The chain's other parameters by name; those at their usual values are left out. */
  options?: Record<string, number>;
  /** The stages of the chain in the order they run, those left out at their default places; left out where it is the default one. */
  order?: string[];
  /** The revision of the chain's rules; settings of before the second have none. */
  rules?: number;
  /** Tokens that are not drawn but given, as [place among the generated tokens, token id]; left out where there are none. */
  forced?: [number, number][];
  /** Left out where the model itself writes. */
  adapter?: Adapter;
}

/** A change of the model by fine-tuning, and how much of it is added. */
export interface Adapter {
  /** NAME@HASH8, by the adapter's weights and scale. */
  id: string;
  /** 0 (the model itself, to the bit) to 1.5; 1 is what was trained. */
  strength: number;
}

/** An adapter that can be fetched, or was opened. */
export interface AdapterDescription {
  /** NAME@HASH8 */
  id: string;
  title: string;
  bytes: number;
}

/** A stage of the sampling chain. */
export interface Stage {
  /** As in links and in `order`. */
  name: string;
  /** For people. */
  label: string;
  /** One sentence that a school student understands. */
  explanation: string;
  /** Paper or project that it comes from. */
  source: string;
}

/** A number that the chain can be set by; temperature and top-p have fields of their own in {@link Settings}. */
export interface Parameter {
  /** As in links and in `options`. */
  name: string;
  /** The stage it belongs to. */
  stage: string;
  label: string;
  from: number;
  to: number;
  step: number;
  whole: boolean;
  /** Its value when nobody says anything. */
  usual: number;
  /** Whether the stage does nothing while this one has its usual value. */
  switches: boolean;
  /** What to start from when switching it on. */
  suggested: number;
}

/** Named settings of the chain. */
export interface Preset {
  name: string;
  /** One honest sentence. */
  sentence: string;
  temperature: number;
  top_p: number;
  options: Record<string, number>;
  order?: string[];
}

/** The sampling chain, as the engine describes it. */
export interface ChainDescription {
  /** In the usual order; temperature and top_p are two of them. */
  stages: Stage[];
  parameters: Parameter[];
  presets: Preset[];
}

/** How the values of a metric are written; see src/metrics/written.rs. */
export type Written = "percent" | { decimals: number };

/** What is measured on a story, as the engine describes it; see src/metrics/table.rs. */
export interface MetricDescription {
  /** As in {@link Numbers}. */
  name: string;
  /** For people, in the middle of a sentence. */
  label: string;
  /** Empty where there is none. */
  unit: string;
  /** What it is, in one sentence. */
  sentence: string;
  /** Completes "… than 62% of human passages"; empty where there are no human values to compare with. */
  more: string;
  /**
   * Which of two stories it puts first, and what that one then is; null where neither more nor less is better. With `enough`, all that reach
   * the human range count alike, and are that.
   */
  better: { way: "more" | "less"; than: string; enough: string | null } | null;
  written: Written;
  /** Of a story by an adapter: by the model without it, or compared with the adapter's own texts. */
  variant: "base" | "adapter" | null;
  /** It needs the library. */
  library: boolean;
  /** It depends on the model that reads the story. */
  model: boolean;
  /** It compares with the other stories of a session. */
  session: boolean;
  /** It is offered where one of all numbers is chosen. */
  listed: boolean;
  /** How it is shown as a dial; null for most. */
  dial: Dial | null;
}

/** A scale with a needle. Values may lie beyond its ends; `says` is what a story is below people's range, within it and above it. */
export interface Dial {
  from: number;
  to: number;
  /** Whether equal steps along the scale multiply the value. */
  logarithmic: boolean;
  ends: [string, string];
  says: [string, string, string];
}

/** The ranges the engine accepts, as [lowest, highest]. */
export interface Limits {
  temperature: [number, number];
  top_p: [number, number];
  seed: [number, number];
  length: [number, number];
  /** Of an adapter. */
  strength: [number, number];
  prompt_characters: number;
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
  /** One a token: its rank among all tokens under the model itself, from 1. Missing in older exports. */
  ranks?: number[];
  /** Mirostat's threshold in bits before each token and after the last; missing where the chain has no Mirostat. */
  mirostat_bits?: number[];
  /** Eight hexadecimal digits over the token ids. */
  digest: string;
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
  | "adapter"
  | "busy"
  | "panic";

export type ToWorker =
  | { type: "load"; manifest_url: string; model: string | null }
  | { type: "generate"; id: number; settings: Settings; earlier: string[] }
  | { type: "stop"; id: number }
  | { type: "read_link"; fragment: string }
  | { type: "write_link"; settings: Settings; digest: string | null }
  | OpenAdapterRequest
  | { type: "means"; id: number; lists: number[][] }
  | LookRequest
  | EncodeRequest;

/** Reads an adapter from files of the reader's own. */
export interface OpenAdapterRequest {
  type: "open_adapter";
  id: number;
  /** For people. */
  name: string;
  /** adapter_config.json */
  config: Uint8Array;
  /** adapter_model.safetensors */
  weights: Uint8Array;
}

/** Asks what the model considers at one place of a story. Of several that wait only the last is answered. */
export interface LookRequest {
  type: "look";
  id: number;
  /** What the story was written with. */
  story: { settings: Settings; token_ids: number[]; mirostat_bits?: number[] };
  /** Place among the generated tokens, from 0; `token_ids.length` is the end. */
  position: number;
  /** The chain to show: temperature, top_p, options and order of these settings count. */
  chain: Settings;
}
/** Asks for the tokens of a text that is to stand in the middle of a story. */
export interface EncodeRequest {
  type: "encode";
  id: number;
  text: string;
}

export interface HelloMessage {
  type: "hello";
  engine: { name: string; revision: number };
  defaults: Settings;
  limits: Limits;
  chain: ChainDescription;
  metrics: MetricDescription[];
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
  /** Adapters that can be fetched for this model; one is, when a story asks for it. */
  adapters: AdapterDescription[];
}
/** Bytes of an adapter that have arrived, while a story waits for it. */
export interface AdapterProgressMessage {
  type: "adapter_progress";
  /** NAME@HASH8 */
  adapter: string;
  loaded: number;
  total: number;
}
/** Files of the reader's own are an adapter, and ready. */
export interface AdapterReadyMessage {
  type: "adapter_ready";
  id: number;
  adapter: AdapterDescription;
}
export interface StartedMessage {
  type: "started";
  id: number;
  prompt_tokens: number;
}
/** What has been written since the last message, at most once a frame: a list for each fact. */
export interface TokensMessage {
  type: "tokens";
  id: number;
  /** Place of the first among the generated tokens. */
  first: number;
  token_ids: number[];
  /** Empty while a character of several bytes is incomplete. */
  token_texts: string[];
  surprisal_bits: number[];
  entropy_bits: number[];
  /** Among all tokens under the model itself, from 1. */
  ranks: number[];
  /** Whether they were given rather than drawn. */
  forced: boolean[];
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
/** A mean of `count` values, with its 95% interval; fewer than six values have none. */
export interface Estimate {
  count: number;
  mean: number;
  interval: { from: number; to: number } | null;
}
export interface MeansMessage {
  type: "means";
  id: number;
  means: (Estimate | null)[];
}
export interface DoneMessage extends StoryRecord {
  type: "done";
  id: number;
  seconds: number;
  tokens_per_second: number;
  memory_bytes: number;
}
/** A token that could stand at the place looked at. */
export interface Candidate {
  token: number;
  /** Its text, spaces and line breaks as they are; incomplete characters as U+FFFD. */
  text: string;
  /** Its rank under the model itself, from 1. */
  rank: number;
  /** Under the model itself: temperature 1, nothing truncated. */
  probability: number;
  /** With which it is drawn, after the whole chain; 0 where the chain removed it. */
  chained: number;
  /** The stage that removed it. */
  removed_by: string | null;
}
/** What one stage of the chain did at the place looked at. */
export interface StageReport {
  name: string;
  /** False where its settings make it do nothing. */
  active: boolean;
  /** Tokens that are left after it. */
  kept: number;
  /** Probability that it took away by removing tokens, as a share of what it was given. */
  removed: number;
  /** Entropy in bits of what it hands on. */
  entropy_bits: number;
  /** Total variation distance between what it was given and what it hands on, from 0 to 1. */
  moved: number;
}
/** What the model considers at one place of a story. */
export interface LookedMessage {
  type: "looked";
  id: number;
  position: number;
  /** The likeliest tokens before or after the chain, by rank; and the chosen one wherever it is. */
  candidates: Candidate[];
  /** The token that stands there; null at the end. */
  chosen: Candidate | null;
  stages: StageReport[];
  vocabulary: number;
  kept: number;
  entropy_bits: number;
  chained_entropy_bits: number;
  /** Milliseconds that the chain took. */
  chain_milliseconds: number;
}
/** A place that cannot be looked at: the model is not loaded, the place is beyond its memory, or another was asked for. */
export interface NotLookedMessage {
  type: "not_looked";
  id: number;
  message: string;
}
/** Empty while no model is loaded. */
export interface EncodedMessage {
  type: "encoded";
  id: number;
  token_ids: number[];
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
  | AdapterProgressMessage
  | AdapterReadyMessage
  | StartedMessage
  | TokensMessage
  | MetricsMessage
  | MeasuringMessage
  | MeasuredMessage
  | MeansMessage
  | LookedMessage
  | NotLookedMessage
  | EncodedMessage
  | DoneMessage
  | LinkMessage
  | LinkReadMessage
  | ErrorMessage;

/** What the library's worker is asked. */
export type ToLibrary =
  | { type: "open"; manifest_url: string; model: string }
  | {
      type: "trace";
      id: number;
      text: string;
      tokens: number;
      slor_per_word_bits: number | null;
      surprise: number | null;
    }
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
  | ErrorMessage;

/** A setting and the values that it takes. */
export interface Axis {
  /** "temperature", "top_p" or a parameter of the chain. */
  name: string;
  values: number[];
}
/** A sweep: some settings, and what is changed in them. Run r is (cell * prompts + prompt) * seeds + seed; the last axis changes from cell to cell first. */
export interface Grid {
  base: Settings;
  axes: Axis[];
  /** What each cell begins its stories with; left out where it is the prompt of `base` alone. */
  prompts?: string[];
  /** Stories of each cell and prompt. */
  seeds: number;
}
/** A story of a sweep, with the value of each axis under the axis's name: the same as a line of `fabula sweep --out FILE.jsonl`. */
export interface Row extends Numbers {
  run: number;
  cell: number;
  /** Number of the prompt, from 0, in a sweep of several. */
  prompt?: number;
  seed: number;
  tokens: number;
  ended: Ending;
  digest: string;
  link: string;
  text: string;
  [axis: string]: unknown;
}

/** One value of an axis against the lowest. */
export interface Comparison {
  value: number;
  reference: number;
  difference: Estimate;
  test: { pairs: number; mean_difference: number; p: number; exact: boolean };
  /** After Holm's correction over the comparisons of the axis. */
  corrected_p: number;
  significant: boolean;
}
/** What a sweep tells of one number along one axis. */
export interface Finding {
  /** Its label. */
  metric: string;
  axis: string;
  means: { value: number; estimate: Estimate | null }[];
  comparisons: Comparison[];
  sentences: string[];
}

/** What an experiments' worker is asked. */
export type ToExperiments =
  | { type: "load"; manifest_url: string; model: string | null }
  /** Stories, beside those asked for before under the same id; another id gives up what was asked for under the last. */
  | { type: "runs"; id: number; grid: Grid; runs: number[] }
  /** Gives up what was asked for, stories half written included. */
  | { type: "stop"; id: number }
  | JudgeRequest
  | ToAnalyst;

/** What needs no model. */
export type ToAnalyst =
  | { type: "read_grid"; id: number; axes: string; base: Settings; prompts: string[]; seeds: number }
  /** `values` has one a run, null where there is none (yet); `metric` is the name of the number. */
  | { type: "analyse"; id: number; grid: Grid; metric: string; values: (number | null)[]; written: number }
  | { type: "read_sweep_link"; id: number; fragment: string }
  /** `digests`: those of all stories in the order of their runs, if they are all written. */
  | { type: "write_sweep_link"; id: number; grid: Grid; model: string | null; digests: string[] | null }
  | { type: "write_rows"; id: number; rows: Row[] }
  | ToJudgeAnalyst;

export interface ExperimentsHello {
  type: "hello";
  engine: { name: string; revision: number };
  limits: Limits;
  chain: ChainDescription;
  metrics: MetricDescription[];
  /** Every setting that can be swept, with its label for people. */
  axes: { name: string; label: string }[];
  /** The usual sweep. */
  grid: Grid;
}
export interface RowMessage {
  type: "row";
  id: number;
  row: Row;
}
export interface GridMessage {
  type: "grid";
  id: number;
  grid: Grid | null;
  /** The axes as a link has them. */
  axes: string | null;
  problem: string | null;
}
export interface FindingsMessage {
  type: "findings";
  id: number;
  /** One a cell; null where nothing is measured. */
  cells: (Estimate | null)[];
  /** One an axis of two values or more. */
  findings: Finding[];
  /** What belongs to all of them. */
  caveats: string[];
}
export interface SweepLinkReadMessage {
  type: "sweep_link_read";
  id: number;
  grid: Grid | null;
  digest: string | null;
  model: string | null;
  engine_revision: number | null;
  problems: string[];
}
export interface SweepLinkMessage {
  type: "sweep_link";
  id: number;
  fragment: string;
  digest: string | null;
}
export interface RowsWrittenMessage {
  type: "rows_written";
  id: number;
  text: string;
}

/** What an experiments' worker says. */
export type FromExperiments =
  | ExperimentsHello
  | ProgressMessage
  | ReadyMessage
  | RowMessage
  | GridMessage
  | FindingsMessage
  | SweepLinkReadMessage
  | SweepLinkMessage
  | RowsWrittenMessage
  | FromJudge
  | ErrorMessage;

// Self-evaluation: the model judges its own stories. The same words as a line of `fabula judge`, src/experiment/judge/.

/** How much each part of the score counts, 0 to 1. */
export interface JudgeWeights {
  coherence: number;
  novelty: number;
  relevance: number;
}
/** A part of the score. */
export type JudgeCriterion = keyof JudgeWeights;
export type JudgeMethod = { best_of: { drafts: number } } | { revise: { redrafts: number; rounds: number } };
/** All that decides the judgements. Item i has prompt floor(i / seeds). */
export interface JudgeProtocol {
  base: Settings;
  /** Left out where the prompt of `base` is the only one. */
  prompts?: string[];
  /** Items of each prompt. */
  seeds: number;
  weights: JudgeWeights;
  method: JudgeMethod;
}
/** A story's score and its parts, 0 to 1; null where a part is left out. */
export interface JudgeAppraisal {
  score: number;
  coherence: number | null;
  novelty: number | null;
  relevance: number | null;
  /** What the text was too short for; it counts 0. */
  too_short?: JudgeCriterion[];
}
/** A story as a judgement tells of it. */
export interface JudgeTold {
  seed: number;
  ended: Ending;
  digest: string;
  link: string;
  appraisal: JudgeAppraisal;
  numbers: Record<string, number | null>;
  text: string;
}
/** A sentence that could stand in a story; the first of a round is the one that stands there. */
export interface JudgeCandidate {
  /** Null of the sentence as it was. */
  seed: number | null;
  text: string;
  tokens: number;
  /** Whether it came to its end; if not, it could not be chosen. */
  complete: boolean;
  /** Of the whole story with it; null where it is not complete. */
  appraisal: JudgeAppraisal | null;
  gain_bits: number | null;
  digest: string | null;
}
/** A round of revision. */
export interface JudgeRound {
  /** From 1. */
  round: number;
  sentence: { from: number; to: number; gain_bits: number };
  candidates: JudgeCandidate[];
  /** Place among the candidates; 0 is the sentence as it was. */
  chosen: number;
  reason: string;
  before: string;
  after: string;
  /** The story after the round. */
  text: string;
  link: string;
}
export type JudgeProcess =
  | { best_of: { drafts: JudgeTold[]; chosen: { judged: number; control: number } } }
  | { revise: { before: JudgeTold; judged: JudgeRound[]; control: JudgeRound[] } };
/** What came of an item: the `row` of a row message that answers `judge`. */
export interface JudgeRow {
  /** As `item`. */
  run: number;
  item: number;
  prompt: number;
  prompt_text: string;
  left_out?: { criterion: JudgeCriterion; reason: string }[];
  judged: JudgeTold;
  control: JudgeTold;
  baseline: Record<string, number>;
  process: JudgeProcess;
}
/** One number of the judged stories against the control's. */
export interface JudgeEffect {
  metric: string;
  in_score: boolean;
  stories: number;
  judged: number;
  control: number;
  baseline: number | null;
  /** Over prompts. */
  difference: Estimate;
  p: number;
  p_corrected: number;
  verdict: "higher" | "lower" | "undecided";
}
export interface JudgeEffects {
  method: JudgeMethod;
  prompts: number;
  pairs: number;
  effects: JudgeEffect[];
}
export interface JudgeAgreement {
  stories: number;
  spearman: number | null;
  interval: [number, number] | null;
  finding: string;
}
/** Items, beside those asked for before under the same id. `library`: whether novelty is to be measured. */
export interface JudgeRequest {
  type: "judge";
  id: number;
  protocol: JudgeProtocol;
  library: boolean;
  runs: number[];
}
export type ToJudgeAnalyst =
  | { type: "check_judge"; id: number; protocol: JudgeProtocol }
  | { type: "analyse_judgements"; id: number; protocol: JudgeProtocol; outcomes: JudgeOutcome[] }
  | { type: "agreement"; id: number; ratings: number[]; scores: number[] }
  /** `digests`: those of the judged stories by item, if all are written. */
  | { type: "write_judge_link"; id: number; protocol: JudgeProtocol; model: string | null; digests: string[] | null }
  | { type: "read_judge_link"; id: number; fragment: string };
/** What the analysis needs of a {@link JudgeRow}. */
export interface JudgeOutcome {
  prompt: number;
  judged: { numbers: Record<string, number | null> };
  control: { numbers: Record<string, number | null> };
  baseline: Record<string, number>;
}
/** How far an item is, 0 to 1. */
export interface JudgingMessage {
  type: "judging";
  id: number;
  run: number;
  done: number;
}
export interface JudgeCheckedMessage {
  type: "judge_checked";
  id: number;
  problem: string | null;
}
export interface JudgeEffectsMessage {
  type: "effects";
  id: number;
  effects: JudgeEffects;
  findings: string[];
}
export interface JudgeAgreementMessage {
  type: "agreement";
  id: number;
  agreement: JudgeAgreement | null;
  problem: string | null;
}
export interface JudgeLinkMessage {
  type: "judge_link";
  id: number;
  fragment: string;
  digest: string | null;
}
export interface JudgeLinkReadMessage {
  type: "judge_link_read";
  id: number;
  protocol: JudgeProtocol | null;
  digest: string | null;
  model: string | null;
  engine_revision: number | null;
  problems: string[];
}
export type FromJudge = JudgingMessage | JudgeCheckedMessage | JudgeEffectsMessage | JudgeAgreementMessage | JudgeLinkMessage | JudgeLinkReadMessage;
