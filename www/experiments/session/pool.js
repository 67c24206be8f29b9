// A pool of workers, one a core: hands out runs in small pieces and gathers their rows. A worker that dies is replaced, and its
// runs are handed out again. What a run is, the pool does not know.
import { createTiming } from "./timing.js";
import { BUSY, silence } from "../../session/watch.js";
import { FATAL, createWorkerClient } from "../../session/worker-client.js";

/**
 * @import { FromExperiments, LibraryNovelty, ReadyMessage, Row, ToExperiments } from "../../protocol.js"
 * @import { Awaited } from "../../session/watch.js"
 * @import { WorkerClient } from "../../session/worker-client.js"
 */

/** Workers at most: each holds the model in a memory of its own. */
const MOST_WORKERS = 8;
/** Runs that a worker is handed at once, and that it has in hand at most: as many as it writes side by side, and some that follow. */
const PIECE = 4;
const IN_HAND = 12;
/** Workers that may die without having written anything, one after another. */
const MOST_DEATHS = 3;

/**
 * What is to be done. `request` makes the message that asks a worker for some runs. `oneByOne`: a run is much work, so that a worker has
 * one in hand.
 * @typedef {{ total: number, done: (run: number) => boolean, model: string | null, request: (id: number, runs: number[]) => ToExperiments, oneByOne: boolean }} Work
 *
 * `secondsLeft`: null while nothing can be said, like `rate`: runs a second and worker. `begun`: what is done of runs in hand, in runs.
 * `working`: workers that have shown some work.
 * @typedef {{ phase: "idle" | "loading" | "running" | "paused" | "done", done: number, begun: number, total: number, secondsLeft: number | null, rate: number | null, workers: number, working: number, share: number }} PoolState
 */

/**
 * @param {object} options
 * @param {string} options.manifestUrl
 * @param {number} [options.size]
 * @param {(row: Row) => void} options.onRow
 * @param {(state: PoolState) => void} options.onState
 * @param {(message: string) => void} options.onFailed  the work cannot go on; it is paused
 * @param {(message: ReadyMessage) => void} options.onReady  a worker has loaded the model
 * @param {(text: string) => Promise<LibraryNovelty | null>} options.novelty  how new a text is; null if the library is not open
 */
export function createPool({
  manifestUrl,
  size = Math.min(navigator.hardwareConcurrency || 2, MOST_WORKERS),
  onRow,
  onState,
  onFailed,
  onReady,
  novelty,
}) {
  /**
   * `hands`: runs, each with the share of it that is done, and the share that was told first: that one came before any work. Null while nothing is told.
   * `stage`: what it is waited for until it is ready.
   * @typedef {{ client: WorkerClient, stage: Awaited, ready: boolean, works: boolean, hands: Map<number, { first: number, done: number } | null> }} Member
   */
  /** @type {Member[]} */
  let members = [];
  /** Runs that nobody has in hand, in their order. @type {number[]} */
  let waiting = [];
  /** @type {Work | null} */
  let work = null;
  /** @type {PoolState["phase"]} */
  let phase = "idle";
  /** Of what is asked for now: rows of an earlier asking come too late. */
  let id = 0;
  let done = 0;
  let deaths = 0;
  /** Workers wanted: fewer than `size` once the device has not had the memory for more. */
  let most = size;
  /** How much of the model has come. */
  let share = 0;
  const timing = createTiming();
  let loaded = /** @type {string | null} */ (null);

  function tell() {
    const left = (work?.total ?? 0) - done;
    const begun = members.reduce(
      (sum, { hands }) =>
        [...hands.values()].reduce((all, hand) => all + (hand ? (hand.done - hand.first) / (1 - hand.first) : 0), sum),
      0,
    );
    // The first rows come all at once, and say little of the rest.
    const enough = work?.oneByOne ? members.length : 2 * IN_HAND;
    const perSecond = phase === "running" || phase === "done" ? timing.perSecond(enough, begun) : null;
    onState({
      phase,
      done,
      begun,
      total: work?.total ?? 0,
      secondsLeft: perSecond === null || phase !== "running" ? null : (left - begun) / perSecond,
      rate: perSecond === null ? null : perSecond / members.length,
      workers: members.length,
      working: members.filter(({ works }) => works).length,
      share,
    });
  }

  /** @param {PoolState["phase"]} next */
  function become(next) {
    phase = next;
    tell();
  }

  function hire() {
    /** @type {Member} */
    const member = {
      client: createWorkerClient({
        role: "experiments",
        patience: { ...BUSY, program: 60 },
        onMessage: (message) => hear(member, message),
        expects: () => (member.ready ? (member.hands.size > 0 ? "worker" : null) : member.stage),
        onSilence(awaited, seconds) {
          const message = silence(awaited, seconds);
          // A worker may have been closed by the browser; another will do. Another would not get more from the server.
          if (awaited === "worker") return bury(member, message);
          // Those that have started go on without it.
          if (members.some((other) => other !== member && other.ready)) {
            dismiss(member);
            most = members.length;
            feed();
          } else fail(`${message} Check the connection and resume.`);
        },
      }),
      stage: "server",
      ready: false,
      works: false,
      hands: new Map(),
    };
    members.push(member);
    member.client.start();
  }

  /**
   * A worker is gone: its runs are handed out again.
   * @param {Member} member
   * @param {string} message
   */
  function bury(member, message) {
    dismiss(member);
    deaths += 1;
    if (deaths > MOST_DEATHS) return fail(message);
    // Where others work, one that never has is one too many for the device.
    if (!member.works && members.some(({ works }) => works)) most = members.length;
    if (phase === "running" || phase === "loading") {
      if (members.length === 0) hire();
      feed();
    }
  }

  /** @param {Member} member */
  function dismiss(member) {
    member.client.stop();
    members = members.filter((other) => other !== member);
    putBack(member);
  }

  /** @param {Member} member */
  function putBack(member) {
    waiting = [...member.hands.keys(), ...waiting].sort((one, other) => one - other);
    member.hands.clear();
  }

  /** @param {string} message */
  function fail(message) {
    halt();
    // None of them is trusted any more.
    for (const { client } of members) client.stop();
    members = [];
    loaded = null;
    deaths = 0;
    most = size;
    become(work === null ? "idle" : done === work.total ? "done" : "paused");
    onFailed(message);
  }

  /** What is in hand is given up, half-written stories included. */
  function halt() {
    for (const member of members) {
      member.client.post({ type: "stop", id });
      putBack(member);
    }
    id += 1;
  }

  /**
   * @param {Member} member
   * @param {FromExperiments} message
   */
  function hear(member, message) {
    switch (message.type) {
      case "hello":
        member.client.post({ type: "load", manifest_url: manifestUrl, model: work?.model ?? null });
        break;
      case "progress":
        // What has come still has to be opened.
        member.stage = message.loaded < message.total ? "server" : "worker";
        share = message.total > 0 ? message.loaded / message.total : 0;
        if (phase === "loading") tell();
        break;
      case "ready":
        member.ready = true;
        onReady(message);
        if (phase === "loading") {
          timing.restart();
          become("running");
        }
        feed();
        break;
      case "row":
        if (message.id !== id) return;
        deaths = 0;
        member.works = true;
        member.hands.delete(message.row.run);
        done += 1;
        timing.row();
        // Only the judge looks at what its rows have of their own; see its `judgements`.
        onRow(/** @type {Row} */ (message.row));
        if (done === work?.total) become("done");
        else {
          tell();
          feed();
        }
        break;
      case "judging":
        if (message.id === id) judged(member, message.run, message.done);
        break;
      case "ask_novelty":
        void answer(member, message.text);
        break;
      case "error":
        if (message.id !== null && message.id !== id) return;
        if (FATAL.includes(message.code)) bury(member, message.message);
        else fail(message.message);
        break;
    }
  }

  /**
   * Tells a worker how new a text is.
   * @param {Member} member
   * @param {string} text
   */
  async function answer(member, text) {
    const found = await novelty(text);
    if (!members.includes(member)) return;
    if (found) member.client.post({ type: "answer_novelty", text, novelty: found });
    else if (member.hands.size > 0) fail("The library is no longer open. Load it again and resume.");
  }

  /**
   * How far a run is that a worker has in hand.
   * @param {Member} member
   * @param {number} run
   * @param {number} share_
   */
  function judged(member, run, share_) {
    if (!member.hands.has(run)) return;
    timing.begin();
    member.hands.set(run, { first: member.hands.get(run)?.first ?? Math.min(share_, 0.5), done: share_ });
    member.works = true;
    tell();
  }

  /** Gives every worker enough to do, and hires the others once the first has the model: they then find it on the device. */
  function feed() {
    if (phase !== "running" || !work) return;
    const [piece, full] = work.oneByOne ? [1, 1] : [PIECE, IN_HAND];
    const wanted = Math.min(most, Math.ceil((work.total - done) / piece));
    while (members.length < wanted) hire();
    for (const member of members) {
      while (member.ready && waiting.length > 0 && member.hands.size <= full - piece) {
        const runs = waiting.splice(0, piece);
        for (const run of runs) member.hands.set(run, null);
        member.client.post(work.request(id, runs));
      }
    }
  }

  function resume() {
    if (!work || waiting.length === 0 || phase === "running" || phase === "loading") return;
    timing.restart();
    const someReady = members.some((member) => member.ready);
    if (members.length === 0) hire();
    become(someReady ? "running" : "loading");
    feed();
  }

  return {
    /** How many workers it has at most. */
    size,
    /**
     * Begins with all runs that are not done yet.
     * @param {Work} next
     */
    start(next) {
      halt();
      if (loaded !== null && loaded !== next.model) for (const member of [...members]) dismiss(member);
      loaded = next.model;
      work = next;
      waiting = Array.from({ length: next.total }, (_, run) => run).filter((run) => !next.done(run));
      done = next.total - waiting.length;
      deaths = 0;
      most = size;
      phase = "paused";
      if (waiting.length === 0) return become("done");
      resume();
    },
    /** Stops within a token; what was half written is written anew later. */
    pause() {
      if (phase !== "running" && phase !== "loading") return;
      halt();
      become("paused");
    },
    resume,
    /** Gives the work up. */
    cancel() {
      halt();
      work = null;
      waiting = [];
      done = 0;
      become("idle");
    },
  };
}
