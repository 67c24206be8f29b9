// The messages between the page and its workers. Generated, not edited: src/protocol/ has the types and says more about each message.
// FABULA_WRITE_PROTOCOL=1 cargo test --release --lib protocol

export type ProgressMessage = {
  type: "progress";
  loaded: number;
  total: number;
  from: Source;
};

export type ErrorMessage = {
  type: "error";
  id: number | null;
  code: ErrorCode;
  message: string;
};

export type ReadyMessage = {
  type: "ready";
  model: ModelDescription;
  seconds: number;
  from: Source;
  kept: boolean;
  /** What multiplies the integers. */
  kernel: string;
  /** Bytes of the module's memory. */
  memory_bytes: number;
  note: string | null;
  problem: string | null;
  /** By metric: where the human range begins and ends, in passages of the default length. */
  bands: { [key in string]: [number, number] };
  /** The library that can be fetched for this model. */
  library: LibraryFacts | null;
  /** Adapters that can be fetched for this model. */
  adapters: Array<AdapterDescription>;
};

export type AdapterProgressMessage = {
  type: "adapter_progress";
  adapter: string;
  loaded: number;
  total: number;
};

export type AdapterFreedMessage = {
  type: "adapter_freed";
  adapter: string;
};

export type LoadRequest = {
  type: "load";
  manifest_url: string;
  model: string | null;
};

export type GenerateRequest = {
  type: "generate";
  id: number;
  settings: Settings;
  earlier: Array<string>;
};

export type RewriteRequest = {
  type: "rewrite";
  id: number;
  settings: Settings;
  /** The texts that it is compared with; without them, those of the latest request that had some. */
  earlier?: Array<string> | null;
};

export type StopRequest = {
  type: "stop";
  id: number;
};

export type ReadLinkRequest = {
  type: "read_link";
  id: number;
  fragment: string;
};

export type WriteLinkRequest = {
  type: "write_link";
  id: number;
  settings: Settings;
  digest: string | null;
};

export type OpenAdapterRequest = {
  type: "open_adapter";
  id: number;
  /** For people. */
  name: string;
  /** adapter_config.json */
  config: Uint8Array;
  /** adapter_model.safetensors */
  weights: Uint8Array;
};

export type MeansRequest = {
  type: "means";
  id: number;
  lists: Array<Array<number>>;
};

export type LookRequest = {
  type: "look";
} & Look;

export type EncodeRequest = {
  type: "encode";
  id: number;
  text: string;
};

export type HelloMessage = {
  type: "hello";
  engine: EngineFacts;
  defaults: Settings;
  limits: Limits;
  chain: ChainDescription;
  metrics: Array<MetricDescription>;
};

export type AdapterReadyMessage = {
  type: "adapter_ready";
  id: number;
  adapter: AdapterDescription;
};

export type StartedMessage = {
  type: "started";
  id: number;
  prompt_tokens: number;
};

export type TokensMessage = {
  type: "tokens";
  id: number;
  /** Place of the first among the generated tokens. */
  first: number;
  token_ids: Array<number>;
  token_texts: Array<string>;
  surprisal_bits: Array<number>;
  entropy_bits: Array<number>;
  ranks: Array<number>;
  forced: Array<boolean>;
};

export type MetricsMessage = {
  type: "metrics";
  id: number;
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

export type DoneMessage = {
  type: "done";
  id: number;
  link: string;
  seconds: number;
  tokens_per_second: number;
  /** Bytes of the module's memory. */
  memory_bytes: number;
  settings: Settings;
  /** The generated text, without the prompt. */
  text: string;
  /** The generated tokens; the token that ends a story is not one of them. */
  token_ids: Array<number>;
  /** The text that each token completes. */
  token_texts: Array<string>;
  /** One per token; see `Written`. */
  surprisal_bits: Array<number>;
  /** One per token; see `Written`. */
  entropy_bits: Array<number>;
  /** One per token; see `Written`. */
  ranks: Array<number>;
  /** Mirostat's threshold in bits before each token and after the last; empty if the chain has no Mirostat. */
  mirostat_bits?: Array<number>;
  /** See `digest`. */
  digest: string;
  ended: Ending;
  /** `NAME@HASH8`. */
  model: string;
  engine_revision: number;
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

export type RewrittenMessage = {
  type: "rewritten";
  id: number;
  link: string;
  seconds: number;
  /** Tokens that the engine has computed for it. The others begin the last rewrite too, so only the draw was repeated. */
  computed: number;
  settings: Settings;
  /** The generated text, without the prompt. */
  text: string;
  /** The generated tokens; the token that ends a story is not one of them. */
  token_ids: Array<number>;
  /** The text that each token completes. */
  token_texts: Array<string>;
  /** One per token; see `Written`. */
  surprisal_bits: Array<number>;
  /** One per token; see `Written`. */
  entropy_bits: Array<number>;
  /** One per token; see `Written`. */
  ranks: Array<number>;
  /** Mirostat's threshold in bits before each token and after the last; empty if the chain has no Mirostat. */
  mirostat_bits?: Array<number>;
  /** See `digest`. */
  digest: string;
  ended: Ending;
  /** `NAME@HASH8`. */
  model: string;
  engine_revision: number;
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

export type MeasuringMessage = {
  type: "measuring";
  id: number;
  done: number;
};

export type MeasuredMessage = {
  type: "measured";
  id: number;
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

export type MeansMessage = {
  type: "means";
  id: number;
  means: Array<Estimate | null>;
};

export type LookedMessage = {
  type: "looked";
  id: number;
  position: number;
  candidates: Array<Candidate>;
  chosen: Candidate | null;
  stages: Array<StageReport>;
  vocabulary: number;
  kept: number;
  entropy_bits: number;
  chained_entropy_bits: number;
  chain_milliseconds: number;
};

export type EncodedMessage = {
  type: "encoded";
  id: number;
  token_ids: Array<number>;
};

export type LinkMessage = {
  type: "link";
  id: number;
  fragment: string;
};

export type LinkReadMessage = {
  type: "link_read";
  id: number;
  /** None if there is no link, or if it is too damaged to say which story is meant. */
  settings: Settings | null;
  /** Digest of the token ids of the promised story. */
  digest: string | null;
  /** `NAME@HASH8`. */
  model: string | null;
  engine_revision: number | null;
  /** One sentence each, to be shown. */
  problems: Array<string>;
};

export type ToWorker =
  | LoadRequest
  | GenerateRequest
  | RewriteRequest
  | StopRequest
  | ReadLinkRequest
  | WriteLinkRequest
  | OpenAdapterRequest
  | MeansRequest
  | LookRequest
  | EncodeRequest;

export type FromWorker =
  | HelloMessage
  | AdapterReadyMessage
  | StartedMessage
  | TokensMessage
  | MetricsMessage
  | DoneMessage
  | RewrittenMessage
  | MeasuringMessage
  | MeasuredMessage
  | MeansMessage
  | LookedMessage
  | EncodedMessage
  | LinkMessage
  | LinkReadMessage
  | ProgressMessage
  | ErrorMessage
  | ReadyMessage
  | AdapterProgressMessage
  | AdapterFreedMessage;

export type OpenRequest = {
  type: "open";
  manifest_url: string;
  model: string;
};

export type TraceRequest = {
  type: "trace";
  id: number;
  text: string;
  tokens: number;
  slor_per_word_bits: number | null;
  surprise: number | null;
};

export type NoveltyRequest = {
  type: "novelty";
  id: number;
  text: string;
};

export type FindRequest = {
  type: "find";
  id: number;
  text: string;
};

export type LibraryHelloMessage = {
  type: "hello";
};

export type OpeningMessage = {
  type: "opening";
};

export type OpenedMessage = {
  type: "opened";
  documents: number;
  books: number;
  words: number;
  /** For unpacking alone. */
  seconds: number;
  from: Source;
  kept: boolean;
  memory_bytes: number;
};

export type TracedMessage = {
  type: "traced";
  id: number;
  spans: Array<TextSpan>;
  seconds: number;
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

export type NoveltyMessage = {
  type: "novelty";
  id: number;
  novelty: LibraryNovelty;
};

export type FoundMessage = {
  type: "found";
  id: number;
  books: Array<FoundBook>;
};

export type ToLibrary =
  | OpenRequest
  | TraceRequest
  | NoveltyRequest
  | FindRequest;

export type FromLibrary =
  | LibraryHelloMessage
  | OpeningMessage
  | OpenedMessage
  | TracedMessage
  | NoveltyMessage
  | FoundMessage
  | ProgressMessage
  | ErrorMessage;

export type RunsRequest = {
  type: "runs";
  id: number;
  grid: Grid;
  runs: Array<number>;
};

export type JudgeRequest = {
  type: "judge";
  id: number;
  protocol: JudgeProtocol;
  library: boolean;
  runs: Array<number>;
};

export type AnswerNoveltyRequest = {
  type: "answer_novelty";
  text: string;
  novelty: LibraryNovelty;
};

export type ReadGridRequest = {
  type: "read_grid";
  id: number;
  axes: string;
  base: Settings;
  prompts: Array<string>;
  seeds: number;
};

export type AnalyseRequest = {
  type: "analyse";
  id: number;
  grid: Grid;
  metric: string;
  values: Array<number | null>;
  written: number;
};

export type ReadSweepLinkRequest = {
  type: "read_sweep_link";
  id: number;
  fragment: string;
};

export type WriteSweepLinkRequest = {
  type: "write_sweep_link";
  id: number;
  grid: Grid;
  model: string | null;
  digests: Array<string> | null;
};

export type WriteRowsRequest = {
  type: "write_rows";
  id: number;
  rows: Array<Row>;
};

export type CheckJudgeRequest = {
  type: "check_judge";
  id: number;
  protocol: JudgeProtocol;
};

export type AnalyseJudgementsRequest = {
  type: "analyse_judgements";
  id: number;
  protocol: JudgeProtocol;
  outcomes: Array<JudgeOutcome>;
};

export type AgreementRequest = {
  type: "agreement";
  id: number;
  ratings: Array<number>;
  scores: Array<number>;
};

export type ReadJudgeLinkRequest = {
  type: "read_judge_link";
  id: number;
  fragment: string;
};

export type WriteJudgeLinkRequest = {
  type: "write_judge_link";
  id: number;
  protocol: JudgeProtocol;
  model: string | null;
  digests: Array<string> | null;
};

export type ExperimentsHelloMessage = {
  type: "hello";
  engine: EngineFacts;
  limits: Limits;
  chain: ChainDescription;
  metrics: Array<MetricDescription>;
  axes: Array<AxisDescription>;
  /** The default sweep. */
  grid: Grid;
};

export type RowMessage = {
  type: "row";
  id: number;
  row: Finished;
};

export type JudgingMessage = {
  type: "judging";
  id: number;
  run: number;
  done: number;
};

export type AskNoveltyMessage = {
  type: "ask_novelty";
  text: string;
};

export type GridMessage = {
  type: "grid";
  id: number;
  grid: Grid | null;
  axes: string | null;
  problem: string | null;
};

export type FindingsMessage = {
  type: "findings";
  id: number;
  cells: Array<Estimate | null>;
  /** One an axis of two values or more. */
  findings: Array<Finding>;
  caveats: Array<string>;
};

export type SweepLinkReadMessage = {
  type: "sweep_link_read";
  id: number;
  /** Checked. None for an empty fragment: there is no link. */
  grid: Grid | null;
  /** Digest of the promised sweep: see `crate::experiment::sweep_digest`. */
  digest: string | null;
  /** `NAME@HASH8`. */
  model: string | null;
  engine_revision: number | null;
  /** One sentence each, to be shown. */
  problems: Array<string>;
};

export type SweepLinkMessage = {
  type: "sweep_link";
  id: number;
  fragment: string;
  digest: string | null;
};

export type RowsWrittenMessage = {
  type: "rows_written";
  id: number;
  text: string;
};

export type JudgeCheckedMessage = {
  type: "judge_checked";
  id: number;
  problem: string | null;
};

export type EffectsMessage = {
  type: "effects";
  id: number;
  effects: JudgeEffects;
  findings: Array<string>;
};

export type AgreementMessage = {
  type: "agreement";
  id: number;
  agreement: JudgeAgreement | null;
  problem: string | null;
};

export type JudgeLinkReadMessage = {
  type: "judge_link_read";
  id: number;
  /** Checked, as far as no model is needed. None for an empty fragment: there is no link. */
  protocol: JudgeProtocol | null;
  /** Digest of the digests of the judged stories that the link promises, as in a sweep. */
  digest: string | null;
  /** `NAME@HASH8`. */
  model: string | null;
  engine_revision: number | null;
  /** One sentence each, to be shown. */
  problems: Array<string>;
};

export type JudgeLinkMessage = {
  type: "judge_link";
  id: number;
  fragment: string;
  digest: string | null;
};

export type ToExperiments =
  | LoadRequest
  | RunsRequest
  | JudgeRequest
  | AnswerNoveltyRequest
  | StopRequest
  | ReadGridRequest
  | AnalyseRequest
  | ReadSweepLinkRequest
  | WriteSweepLinkRequest
  | WriteRowsRequest
  | CheckJudgeRequest
  | AnalyseJudgementsRequest
  | AgreementRequest
  | ReadJudgeLinkRequest
  | WriteJudgeLinkRequest;

export type FromExperiments =
  | ExperimentsHelloMessage
  | RowMessage
  | JudgingMessage
  | AskNoveltyMessage
  | GridMessage
  | FindingsMessage
  | SweepLinkReadMessage
  | SweepLinkMessage
  | RowsWrittenMessage
  | JudgeCheckedMessage
  | EffectsMessage
  | AgreementMessage
  | JudgeLinkReadMessage
  | JudgeLinkMessage
  | ProgressMessage
  | ErrorMessage
  | ReadyMessage
  | AdapterProgressMessage
  | AdapterFreedMessage;

/** The choice of an adapter, and its strength. */
export type Adapter = {
  /** `NAME@HASH8`: the name that is shown, and the digits of `crate::model::Adapter::hash8`. */
  id: string;
  /** 0 (bit for bit the model alone) to 1.5; 1 is as trained. */
  strength: number;
};

/** An adapter that can be fetched, or was opened. */
export type AdapterDescription = {
  /** `NAME@HASH8`. */
  id: string;
  title: string;
  /** Bytes to fetch. */
  bytes: number;
};

/** A setting and its values. */
export type Axis = {
  /** `temperature`, `top_p`, `strength` (of the adapter) or a parameter of the chain. */
  name: string;
  values: Array<number>;
};

/** A setting that can be swept. */
export type AxisDescription = {
  name: string;
  /** See `axis_label`. */
  label: string;
};

/** What makes a number better. */
export type Better = {
  way: Way;
  /** The better of two texts, for example "newer". */
  than: string;
  /** Describes all texts within the human range, if more is not better there: docs/methods.md explains it for coherence. */
  enough: string | null;
};

/** A book of the library. */
export type Book = {
  title: string;
  author: string;
  /** The kind of book, as it is shown. */
  shelf: string;
};

/** A candidate with its text. */
export type Candidate = {
  /** Incomplete characters as U+FFFD. */
  text: string;
  token: number;
  /** Its rank under the model itself, from 1. */
  rank: number;
  /** Under the model itself: temperature 1, nothing truncated. */
  probability: number;
  /** Probability after the whole chain, with which it is drawn; 0 if the chain removed it. */
  chained: number;
  /** The stage that removed it. */
  removed_by: Stage | null;
};

/** The sampling chain, for the page. */
export type ChainDescription = {
  /** In the default order. */
  stages: Array<StageDescription>;
  parameters: Array<Parameter>;
  presets: Array<Preset>;
};

/** One value of an axis compared with the lowest. */
export type Comparison = {
  value: number;
  reference: number;
  /** The value minus the reference: one difference per unit, each a mean over the other axes. */
  difference: Estimate;
  /** The test of these differences. */
  test: SignFlip;
  /** After Holm's correction over the comparisons of the axis. */
  corrected_p: number;
  significant: boolean;
};

/** A scale with a needle, on which people's range is drawn. */
export type Dial = {
  /** Where the scale begins and ends. Values may lie beyond. */
  from: number;
  to: number;
  /** Whether equal steps along the scale multiply the value instead of adding to it. */
  logarithmic: boolean;
  /** What the two ends are called. */
  ends: [string, string];
  /** What a text is whose value lies below people's range, within it, and above it. */
  says: [string, string, string];
};

/** Why a story ended. */
export type Ending = "length" | "story" | "context" | "stopped";

/** The engine, by name and revision. */
export type EngineFacts = {
  name: string;
  revision: number;
};

/** What went wrong, for the page's own decisions; the message is for the reader. */
export type ErrorCode = "network" | "offline" | "corrupt" | "memory" | "manifest" | "prompt_too_long" | "settings" | "model" | "adapter" | "no_adapter" | "replaced" | "panic";

/** A mean with its interval. */
export type Estimate = {
  /** Number of values. */
  count: number;
  mean: number;
  /** None for fewer than six values. */
  interval: Interval | null;
};

/** What a sweep found about one number along one axis. */
export type Finding = {
  metric: string;
  axis: string;
  /** In ascending order of values. */
  means: Array<ValueMean>;
  /** In ascending order of values, without the lowest. Values that share no unit with it are missing. */
  comparisons: Array<Comparison>;
  sentences: Array<string>;
};

/** What came of a run. */
export type Finished = Row | {
  run: number;
  item: number;
  /** Place of the prompt, from 0. */
  prompt: number;
  prompt_text: string;
  /** Criteria left out of the score. */
  left_out?: Array<JudgeLeftOut>;
  /** The story chosen by score. */
  judged: JudgeTold;
  /** The story chosen at random, with the same amount of computation. */
  control: JudgeTold;
  /** For information: the mean number of all drafts, or the number of the story before it was revised. */
  baseline: { [key in string]: number };
  process: JudgeProcess;
};

/** A book in which a sequence of words occurs. */
export type FoundBook = {
  book: Book;
  /** How often it occurs there. */
  occurrences: number;
  /** Its first occurrence. */
  passage: Passage;
};

/**
 * Base settings, and the axes along which they vary. Run r is (cell * prompts + prompt) * seeds + seed, where seeds count up from
 * `base.seed`. So every cell has the same prompts and seeds, and cells can be compared in pairs. The last axis changes
 * fastest from cell to cell.
 */
export type Grid = {
  base: Settings;
  axes: Array<Axis>;
  /** The prompts of each cell. If empty, the prompt of `base`. */
  prompts?: Array<string>;
  /** Stories per cell and prompt. */
  seeds: number;
};

/** A 95% bootstrap interval (Efron 1979): see `bootstrap`. */
export type Interval = {
  from: number;
  to: number;
};

/** Ratings and scores of the same stories, compared by rank. */
export type JudgeAgreement = {
  stories: number;
  /** Spearman's rank correlation, -1 to 1; none if all ratings or all scores are the same. */
  spearman: number | null;
  /** Its 95% bootstrap interval. */
  interval: [number, number] | null;
  /** The result in words. */
  finding: string;
};

/** A story's score, and what it is made of. Formula, sources and blind spots: docs/methods.md, The judge's score. */
export type JudgeAppraisal = {
  /** The weighted mean of the parts, 0 to 1. */
  score: number;
  /** 0 to 1; none if it is left out. See `Criterion`. */
  coherence: number | null;
  novelty: number | null;
  relevance: number | null;
  /** Criteria that the text was too short for; they count 0. */
  too_short?: Array<JudgeCriterion>;
};

/** A candidate for the sentence. */
export type JudgeCandidate = {
  /** Its seed; none for the old sentence. */
  seed: number | null;
  text: string;
  tokens: number;
  /** Whether it is complete; if not, it was not judged and could not be chosen. */
  complete: boolean;
  /** Appraisal of the whole story with it. */
  appraisal: JudgeAppraisal | null;
  /** Its own contextual gain, bits per token. */
  gain_bits: number | null;
  /** Digest of the whole story with it. */
  digest: string | null;
};

/** Which draft was kept, by its place from 0. */
export type JudgeChoice = {
  /** The one with the largest score; in a tie, the first. */
  judged: number;
  /** One at random, at the same cost. */
  control: number;
};

/** A part of the score. */
export type JudgeCriterion = "coherence" | "novelty" | "relevance";

/** A number of the judged stories compared with that of the control. */
export type JudgeEffect = {
  metric: string;
  /** Whether it is part of the score, so that choosing by the score raises it by construction. */
  in_score: boolean;
  /** Stories of each arm that have it. */
  stories: number;
  /** Means over prompts. */
  judged: number;
  control: number;
  /** All drafts, or the stories before they were revised; for information. */
  baseline: number | null;
  /** Judged - control: the mean over prompts, with its interval. */
  difference: Estimate;
  /** The p of the sign-flip test over prompts. */
  p: number;
  /** The same after Holm's correction over all numbers of the analysis. */
  p_corrected: number;
  verdict: JudgeVerdict;
};

/** The results of an experiment. */
export type JudgeEffects = {
  method: JudgeMethod;
  prompts: number;
  /** Items: pairs of stories. */
  pairs: number;
  /** The score first. */
  effects: Array<JudgeEffect>;
};

/** A criterion that cannot be used, and why. */
export type JudgeLeftOut = {
  criterion: JudgeCriterion;
  /** What is missing, in words. */
  reason: string;
};

/** How the model judges itself. */
export type JudgeMethod = {
  best_of: {
    drafts: number;
  };
} | {
  revise: {
    redrafts: number;
    rounds: number;
  };
};

/** The numbers of a story by name; null if it has no value. */
export type JudgeNumbers = {
  numbers: { [key in string]: number | null };
};

/** What the analysis needs of a `Judgement`; read from its JSON as well. */
export type JudgeOutcome = {
  prompt: number;
  judged: JudgeNumbers;
  control: JudgeNumbers;
  baseline: { [key in string]: number };
};

/** How the stories were chosen. */
export type JudgeProcess = {
  best_of: {
    drafts: Array<JudgeTold>;
    chosen: JudgeChoice;
  };
} | {
  revise: {
    before: JudgeTold;
    judged: Array<JudgeRound>;
    control: Array<JudgeRound>;
  };
};

/**
 * Everything that determines the judgements. Item i has prompt i / seeds. Its first seed is `base.seed` plus (i % seeds) times the
 * number of seeds that an item uses, so that no two items of a prompt share a draft.
 */
export type JudgeProtocol = {
  base: Settings;
  /** If empty, the prompt of the settings. */
  prompts?: Array<string>;
  /** Items per prompt. */
  seeds: number;
  weights: JudgeWeights;
  method: JudgeMethod;
};

/** What happened in a round. */
export type JudgeRound = {
  /** From 1. */
  round: number;
  sentence: JudgeSentence;
  /** The old sentence, then its redrafts. */
  candidates: Array<JudgeCandidate>;
  /** Which of them was kept; 0 is the old sentence. */
  chosen: number;
  /** Why, in words. */
  reason: string;
  /** The sentence before the round, and after it. */
  before: string;
  after: string;
  /** The story after the round, and the link that repeats it. */
  text: string;
  link: string;
};

/** A sentence of a story, and how much it depends on the text before it. */
export type JudgeSentence = {
  /** Its first token's place in the story. */
  from: number;
  /** The place after its last token. */
  to: number;
  /** Contextual gain in bits per token: the smallest of all sentences that were not passed over. */
  gain_bits: number;
};

/** A draft, as it is recorded. */
export type JudgeTold = {
  seed: number;
  ended: Ending;
  digest: string;
  /** Repeats it, token for token. */
  link: string;
  appraisal: JudgeAppraisal;
  /** Every number by name; among them `score` and, from 0 to 1, `relevance`. */
  numbers: { [key in string]: number | null };
  text: string;
};

/** The conclusion about a difference. */
export type JudgeVerdict = "higher" | "lower" | "undecided";

/** How much each criterion counts, 0 to 1. */
export type JudgeWeights = {
  coherence: number;
  novelty: number;
  relevance: number;
};

/** A library that waits on the server. */
export type LibraryFacts = {
  bytes: number;
  sha256: string;
};

/** The numbers of one text compared with the library. */
export type LibraryNovelty = {
  /** See `new_share`, for n = 1 to `LONGEST_NGRAM`. */
  new_ngrams: Array<number | null>;
  /** Mean of `shortest_new` over the words that have one, in words. */
  mean_shortest_new: number | null;
  /** Words in the longest sequence that occurs in the library. */
  longest_span: number;
  /** See `coverage`, for spans of 5 words or more; 0 to 1. */
  coverage: number | null;
  /** See `creativity_index`; 0 to 8. */
  creativity_index: number | null;
};

/** Smallest and largest allowed values. */
export type Limits = {
  temperature: [number, number];
  top_p: [number, number];
  seed: [number, number];
  length: [number, number];
  /** Strength of an adapter. */
  strength: [number, number];
  /** Maximum number of characters (Unicode scalar values) in the prompt. */
  prompt_characters: number;
};

/** See `Request::Look`. */
export type Look = {
  id: number;
  story: Story;
  /** Place among the generated tokens. */
  position: number;
  /** Of these only the chain counts. */
  chain: Settings;
};

/** An entry of the table or a variant of one, with its text. */
export type MetricDescription = {
  name: string;
  label: string;
  sentence: string;
  variant: Variant | null;
  /** It needs the library. */
  library: boolean;
  /** Unit of the values and of their differences; empty if there is none. */
  unit: string;
  /** Completes "… than 62% of human passages"; empty if there are no human values to compare with. */
  more: string;
  /** Which of two texts it prefers; none if neither more nor less of it is better. */
  better: Better | null;
  written: Written;
  /** It depends on the model that reads the text. */
  model: boolean;
  /** It compares with the other stories of a session. */
  session: boolean;
  /** The page offers it in lists of all numbers. */
  listed: boolean;
  /** How it is shown as a dial; none for most. */
  dial: Dial | null;
};

/** The loaded model, for people. */
export type ModelDescription = {
  name: string;
  hash8: string;
  title: string;
  bytes: number;
  context: number;
  parameters: number;
  vocabulary: number;
};

/** Numbers by name, and where they fall among human passages of that length. */
export type Numbers = {
  numbers: { [key in string]: number | null };
  percentiles: { [key in string]: number };
};

/**
 * A value for every one of `PARAMETERS`, each within its range.
 *
 * Serialized as a map from name to number, with only the values that differ from their defaults.
 */
export type Options = { [key in string]: number };

/**
 * All stages of the chain in the order they run, each exactly once.
 *
 * Serialized as a list of their names. A list may leave out stages, for example those added after it was written: they get
 * their default places (see `complete`).
 */
export type Order = Array<Stage>;

/** A parameter of the chain. Temperature and top-p have fields of their own in `super::Chain`. */
export type Parameter = {
  /** As in links and settings. */
  name: string;
  /** The stage it belongs to. */
  stage: Stage;
  /** The label that is shown. */
  label: string;
  /** The smallest allowed value. */
  from: number;
  /** The largest allowed value. */
  to: number;
  /** A sensible step for a slider; values between the steps are allowed too. */
  step: number;
  /** Whether only integers are allowed. */
  whole: boolean;
  /** Its default value. */
  usual: number;
  /** Whether the stage is off while this one (and all others of the stage that switch it) has its default value. */
  switches: boolean;
  /** A good first value when switching it on. */
  suggested: number;
};

/** A place in a book. */
export type Passage = {
  /** The sentence up to the span, the span, and the rest of the sentence. */
  before: string;
  span: string;
  after: string;
};

/** Named settings of the chain. */
export type Preset = {
  name: string;
  /** One sentence that describes it. */
  sentence: string;
  temperature: number;
  top_p: number;
  options: Options;
  /** None for the default one. */
  order?: Order;
};

/** A story of a sweep. */
export type Row = {
  run: number;
  cell: number;
  /** Number of the prompt, from 0, in a sweep of several. */
  prompt?: number;
  seed: number;
  tokens: number;
  ended: Ending;
  /** See `crate::story::digest`. */
  digest: string;
  /** The link that repeats this story alone. */
  link: string;
  /** By name; see `crate::reading::by_name`. */
  numbers: { [key in string]: number | null };
  /** By the same names; see `crate::reading::percentiles`. */
  percentiles: { [key in string]: number };
  text: string;
} & ({ [key in string]: number });

/** A revision of the chain's rules. Links and settings store its number; without a number, it is the first. */
export type Rules = number;

/** Everything that determines a story, together with the model. */
export type Settings = {
  /** The text to continue; may be empty. */
  prompt: string;
  /** 0 (greedy) to 2. */
  temperature: number;
  /** Nucleus mass, 0.05 to 1. */
  top_p: number;
  /** Seed of the random generator. */
  seed: number;
  /** Maximum number of tokens to write. */
  length: number;
  /** The sampling chain's other parameters. */
  options?: Options;
  /** The order of the chain's stages; none for the default order of its rules. */
  order?: Order;
  /** The revision of the chain's rules. Settings without one are older than the second revision. */
  rules?: Rules;
  /**
   * Tokens that are given rather than drawn, as (place among the generated tokens, token), in the order of their places. They make
   * branches of stories.
   */
  forced?: Array<[number, number]>;
  /** None for the model alone. */
  adapter?: Adapter;
};

/** The outcome of a test on paired differences. */
export type SignFlip = {
  /** Number of differences, including zeros. */
  pairs: number;
  mean_difference: number;
  /** Probability of a mean at least as far from 0 by chance, if nothing differs: above 0, at most 1. */
  p: number;
  /** Whether every flip was tried; otherwise 10,000 were drawn. */
  exact: boolean;
};

/** Where a file came from. */
export type Source = "network" | "cache";

/** A stage of the sampling chain. The default order is this one. */
export type Stage = "penalties" | "dry" | "top_n_sigma" | "diff_sampling" | "temperature" | "top_k" | "top_p" | "min_p" | "typical" | "epsilon" | "eta" | "xtc" | "mirostat";

/** A stage, for the page. */
export type StageDescription = {
  name: Stage;
  label: string;
  explanation: string;
  source: string;
};

/** What one stage of the chain did. */
export type StageReport = {
  name: Stage;
  /** False if its settings turn it off. */
  active: boolean;
  /** Tokens that remain after it. */
  kept: number;
  /** Probability of the tokens that it removed, in its input. */
  removed: number;
  /** Entropy of its output in bits. */
  entropy_bits: number;
  /** Total variation distance between its input and output, 0 to 1. */
  moved: number;
};

/** The part of a story that determines the candidates at its places. */
export type Story = {
  settings: Settings;
  /** The generated tokens. */
  token_ids: Array<number>;
  /** See `super::Generation::mirostat_bits`. */
  mirostat_bits?: Array<number>;
};

/** A span of the text, in UTF-16 units as JavaScript counts. */
export type TextSpan = {
  start: number;
  end: number;
  words: number;
  occurrences: number;
};

/** The mean of a number at one value of an axis, over all other axes. */
export type ValueMean = {
  value: number;
  /** Units are resampled; see `finding`. None if nothing is measured. */
  estimate: Estimate | null;
};

/** A variant of a number, for a story by an adapter. */
export type Variant = "base" | "adapter";

/** Whether more or less is better. */
export type Way = "more" | "less";

/** How the values of a metric are written. */
export type Written = "percent" | {
  decimals: number;
};

/** A finished story as it is kept, exported and found in example.json. Records of earlier engine revisions lack some lists. */
export type StoryRecord = Omit<DoneMessage, "type" | "id" | "memory_bytes" | OfOneMachine | AddedLater> &
  Partial<Pick<DoneMessage, AddedLater>> &
  Record<OfOneMachine, number | null>;
type OfOneMachine = "seconds" | "tokens_per_second";
type AddedLater = "entropy_bits" | "ranks";

/** The `row` of a message that answers a request to judge. */
export type JudgeRow = Exclude<RowMessage["row"], Row>;
