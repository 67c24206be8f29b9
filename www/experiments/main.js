// Wires the page of experiments: the shell has the workers, the progress, what is kept and what is taken along; the experiment has
// the rest.
import { keepForOffline } from "../offline.js";
import { createConfirm } from "../parts/confirm.js";
import { button, element, required } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { fitSettings } from "../parts/fit.js";
import { nameOf } from "../parts/names.js";
import { createLibraryClient } from "../session/library.js";
import { createLibrary } from "../views/library.js";
import { learnMetrics } from "../views/metric-list.js";
import { createNotices } from "../views/notices.js";
import { EXPERIMENTS, experimentOf } from "./list.js";
import { learnAxes } from "./sampling/numbers.js";
import { createAnalyst } from "./session/analyst.js";
import { createConduct } from "./session/conduct.js";
import { modelFile } from "./session/manifest.js";
import { createResults, nameIn } from "./session/results.js";
import { createReproduction } from "./session/reproduction.js";
import { createTaking } from "./session/taking.js";
import { createChooser } from "./views/chooser.js";
import { createExports } from "./views/exports.js";
import { createJudgement } from "./views/judgement.js";
import { createOurs } from "./views/ours.js";
import { createProtocol } from "./views/protocol.js";
import { createReport } from "./views/report.js";
import { STORIES, createRunPanel } from "./views/run-panel.js";

/**
 * @import { Experiment, Shown } from "./experiment.js"
 * @import { Conducted } from "./session/conduct.js"
 */

const manifestUrl = new URL("models/index.json", document.baseURI).href;
const notices = createNotices({ container: required("notices", HTMLElement) });
const announcer = required("announcer", HTMLElement);
const page = required("experiment", HTMLElement);

/** @param {string} text */
function announce(text) {
  announcer.textContent = text;
}

/** @param {string} text */
function refuse(text) {
  notices.show({ kind: "problem", purpose: "story", text });
}

const analyst = createAnalyst({
  onFailed: refuse,
  onGone(text, canRetry) {
    const retry = { text: "Retry", run: () => analyst.start() };
    notices.show({ kind: "problem", purpose: "engine", text, ...(canRetry ? { action: retry } : {}) });
  },
  onBack: () => notices.clear("engine"),
});
const results = createResults({
  onLost: (why) =>
    notices.show({
      kind: "problem",
      purpose: "archive",
      text: `${why} The stories are lost when you close this page or change the settings, so save them first.`,
    }),
  onKept: () => notices.clear("archive"),
});
const conduct = createConduct({
  manifestUrl,
  results,
  onFailed: refuse,
  onReady: ({ note }) => note !== null && exports.say(note),
});
const libraryView = createLibrary({ onOpen: () => library.open(), onStop: () => library.stop() });
const library = createLibraryClient({
  manifestUrl,
  onState: (state) => libraryView.show(state),
  onReady() {
    conduct.useLibrary(library);
    experiment?.onLibrary?.();
    announce("The library is open.");
  },
  onGone: () => undefined,
});
const panel = createRunPanel({
  onRun: () => void run(),
  onPause: conduct.pause,
  onCancel: conduct.cancel,
  // The settings scroll in a box of their own, and what is wrong with them may stand below its edge.
  onUnable: () => document.querySelector(".form-problem:not(:empty)")?.scrollIntoView({ block: "nearest" }),
  onStartOver() {
    const { written, plan } = conduct.state();
    doomed = plan?.identity ?? "";
    const { one, many } = kind?.unit ?? STORIES;
    again.question.textContent =
      written === 1
        ? `Delete the ${one} of this experiment?`
        : `Delete all ${count(written)} ${many} of this experiment?`;
    again.dialog.showModal();
  },
  announce,
});
const again = createConfirm({
  id: "start-over",
  text: "The settings stay. You cannot undo this, but files that you have saved stay too.",
  yes: "Start over",
  onYes() {
    if (conduct.state().plan?.identity !== doomed) return;
    panel.hush(() => void conduct.clear());
    judgement.clear();
    announce("Started over. All stories are deleted.");
    panel.run.focus({ preventScroll: true });
  },
});
const exports = createExports({
  onCsv: () => void taking.save("csv"),
  onJson: () => void taking.save("json"),
  onPrint: () => print(),
  onLink: () => void taking.copyLink(),
});
const shown = () => (experiment ? { experiment, model, revision } : null);
const taking = createTaking({
  analyst,
  conduct,
  shown,
  tell(text) {
    exports.say(text);
    announce(text);
  },
  offer(field) {
    notices.show({
      kind: "info",
      purpose: "copy",
      text: "The browser does not let this page copy. Please copy the link yourself:",
      content: field,
    });
    field.focus();
  },
});
const judgement = createJudgement();
const ours = createOurs();
const reproduction = createReproduction({ conduct, shown, judgement, report: createReport() });

const chooser = createChooser(EXPERIMENTS);
const stage = element("div", { class: "stage" });

/** @type {Shown | null} */
let experiment = null;
/** What all experiments stand on. @type {{ hello: import("../protocol.js").ExperimentsHelloMessage, model: import("./session/manifest.js").ModelFile } | null} */
let ground = null;
/** Which one that is. @type {Experiment | null} */
let kind = null;
/** The plan whose stories it was asked to delete. */
let doomed = "";
/** Counts where the reader went, so that who comes late knows. */
let moves = 0;
/** What the settings of those shown before described, by their names. @type {Map<string, string>} */
const left = new Map();
let revision = 0;
let model = "";
/** What is kept of the plan is being read. @type {Promise<void>} */
let opening = Promise.resolve();
/** The plan whose end has been told. */
let finished = "";

async function run() {
  notices.clear("story");
  if (conduct.state().pool.phase === "paused") return conduct.resume();
  await experiment?.settle();
  await opening;
  if (!experiment || experiment.problem() !== null) return;
  conduct.start();
  void reproduction.label(true);
}

/** @param {Conducted} state */
function show(state) {
  if (!experiment) return;
  experiment.show(state);
  panel.show({
    ...state,
    problem: experiment.problem() !== null,
    estimate: experiment.estimate(conduct.size),
    unit: kind?.unit ?? STORIES,
  });
  const { plan, written, pool, opening: isOpening } = state;
  // While rows of an earlier visit may still come, it stays as it was.
  if (plan && !isOpening) ours.show(written === 0 && !["loading", "running", "paused"].includes(pool.phase));
  document.title =
    pool.phase === "running" && plan ? `${Math.floor((written / plan.total) * 100)}% · Fabula` : "Experiments · Fabula";
  const complete = plan !== null && written === plan.total;
  if (!complete) finished = "";
  else if (finished !== plan.identity) {
    finished = plan.identity;
    void reproduction.end(plan.identity);
  }
}

/**
 * Whether a fragment is meant as a link: it names neither an experiment nor a place on the page.
 * @param {string} fragment  with its "#"
 */
const isLink = (fragment) => fragment.length > 1 && !named() && document.getElementById(fragment.slice(1)) === null;

/** @param {string} fragment */
async function follow(fragment) {
  const next = experimentOf(new URLSearchParams(fragment.slice(1)).get("e") ?? "");
  if (!(await leave(next))) return;
  turn(next);
  const mine = experiment;
  if (!mine) return;
  const { problems, promise: promised } = await mine.readLink(fragment);
  await opening;
  if (mine !== experiment) return;
  notices.clear("link");
  const text =
    problems.length === 1 ? "A part of this link could not be used:" : "Some parts of this link could not be used:";
  if (problems.length > 0) notices.show({ kind: "problem", purpose: "link", text, list: problems });
  await reproduction.follow(promised, problems.length === 0);
}

/**
 * Remembers what is shown, to come back to it, and says so where leaving it stops a run. False where the reader has gone elsewhere meanwhile.
 * @param {Experiment} next
 */
async function leave(next) {
  const move = ++moves;
  const [mine, which] = [experiment, kind];
  if (!mine || !which || which === next) return true;
  await mine.settle();
  if (move !== moves) return false;
  left.set(which.name, mine.identity());
  const { plan, written, pool } = conduct.state();
  if (plan && (pool.phase === "running" || pool.phase === "loading")) {
    const { one, many } = which.unit ?? STORIES;
    const stay = conduct.keeps() ? " and saved. To continue, go back and press Resume" : "";
    notices.show({
      kind: "info",
      purpose: "choice",
      text:
        written === 0
          ? `“${which.title}” was stopped before its first ${one}.`
          : `“${which.title}” was stopped. ${count(written)} of ${count(plan.total)} ${many} are written${stay}.`,
      fleeting: true,
    });
  }
  return true;
}

/**
 * Turns to an experiment, as it was left.
 * @param {Experiment} next
 */
async function visit(next) {
  if (next === kind) {
    // Whoever was on the way elsewhere stays here.
    moves += 1;
    return;
  }
  if (!(await leave(next))) return;
  turn(next);
  const mine = experiment;
  const latest = left.get(next.name) || (await results.latest(next.name));
  if (mine !== experiment || !mine) return;
  if (latest === null || !(await mine.restore(latest))) await mine.useDefaults();
}

/**
 * Puts an experiment on the page; its settings are still to come.
 * @param {Experiment} next
 */
function turn(next) {
  if (next === kind || !ground) return;
  kind = next;
  again.dialog.close();
  reproduction.turn(null);
  notices.clear("link");
  conduct.leave();
  /** @type {Shown} */
  const mine = next.create({
    ...ground,
    analyst,
    conduct,
    libraryReady: library.ready,
    // One that is no longer shown may still have a question under way.
    onPlan: (plan) => mine === experiment && opened(plan),
    onProblem: () => mine === experiment && show(conduct.state()),
  });
  experiment = mine;
  const controls = element(
    "section",
    { class: "card controls", "aria-label": "Settings", id: "controls" },
    element("div", { class: "controls-fields" }, mine.settings),
    element("div", { class: "controls-foot" }, panel.node),
  );
  ours.turn(next.ours);
  const found = element(
    "div",
    { class: "experiment-main" },
    libraryView.node,
    judgement.node,
    exports.node,
    ours.node,
    mine.results,
  );
  stage.replaceChildren(createProtocol(next), element("div", { class: "experiment-body" }, controls, found));
  chooser.show(next.name);
}

/** The experiment whose place on the page the address names. */
const named = () => EXPERIMENTS.find(({ name }) => `#${name}` === location.hash);

/** The address has changed: it asks for a link, or for another experiment by its name. */
async function move() {
  const next = named();
  if (isLink(location.hash)) await follow(location.hash);
  else if (next) await visit(next);
}

async function begin() {
  analyst.start();
  const hello = await analyst.hello;
  learnMetrics(hello.metrics);
  learnAxes(hello.axes);
  revision = hello.engine.revision;
  const wanted = isLink(location.hash) ? new URLSearchParams(location.hash.slice(1)).get("model") : null;
  const file = await modelFile(manifestUrl, wanted && nameOf(wanted));
  model = file.id;
  ground = { hello, model: file };
  page.replaceChildren(chooser.node, stage);
  fitSettings({ areSwitchedOff: true });
  const latest = await results.latest(null);
  // Who was never here has no rows that are still to come.
  ours.show(latest === null);
  if (isLink(location.hash)) await follow(location.hash);
  else await visit(named() ?? experimentOf(nameIn(latest ?? "{}")));
  show(conduct.state());
  void library.offer(file.name, file.library);
  addEventListener("hashchange", () => void move());
  page.dataset["ready"] = "";
  keepForOffline();
}

/** @param {import("./session/conduct.js").Plan} plan */
function opened(plan) {
  reproduction.turn(plan.identity);
  again.dialog.close();
  // What was said of a link or a file was said of other stories.
  exports.say("");
  opening = conduct.open(plan).then(() => void reproduction.label(false));
}

required("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  // Followed as a link, it would put a fragment into the address bar, where the experiment's own belongs.
  event.preventDefault();
  document.getElementById("experiment-heading")?.focus();
});

conduct.select(({ written }) => written, exports.show);
conduct.select((state) => state, show);
required("unstarted", HTMLElement).remove();
begin().catch((error) => {
  const detail = error instanceof Error ? error.message : String(error);
  page.replaceChildren(
    element(
      "div",
      { class: "card" },
      element(
        "p",
        { role: "alert" },
        `The experiments could not be opened (${detail}). Check the connection and try again.`,
      ),
      button("Try again", () => location.reload()),
    ),
  );
});
