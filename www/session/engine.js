// The story engine's life: started, asked for a model, failed, started again. Its messages go to whoever listens.
import { silence } from "./watch.js";
import { FATAL, createWorkerClient, endsTask, missingFeature } from "./worker-client.js";

/**
 * @import { ErrorMessage, FromWorker, HelloMessage, ReadyMessage, ToWorker } from "../protocol.js"
 * @import { Store } from "./state.js"
 * @import { Awaited } from "./watch.js"
 */

/**
 * What the page can say about the engine itself.
 * @typedef {{ engine: HelloMessage["engine"] | null, kernel: string | null, memoryBytes: number | null }} EngineFacts
 */

/** @typedef {ReturnType<typeof createEngine>} EngineClient */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {string} options.manifestUrl  of the models
 * @param {(message: HelloMessage) => void} options.onDescribed  the engine says for the first time what it accepts
 * @param {(message: ErrorMessage) => void} options.onProblem  something went wrong that the engine survives
 */
export function createEngine({ store, manifestUrl, onDescribed, onProblem }) {
  const client = createWorkerClient({
    role: "stories",
    onMessage,
    expects,
    onSilence: (awaited, seconds) => store.update({ silence: telling(awaited, seconds) }),
    onHeard: () => store.update({ silence: null }),
  });
  /** Who hears which messages. @type {Map<string, ((message: any) => void)[]>} */
  const listeners = new Map();
  /** Whose stories a worker given up does not finish any more. @type {(() => void)[]} */
  const endings = [];
  /** Who waits for a story or its numbers now; for answers the client does. @type {(() => boolean)[]} */
  const waits = [];
  /** Whether the worker fetches an adapter. */
  let fetching = false;
  /** Whether this worker was asked for the model; it takes the request only once. */
  let loadAsked = false;
  /** The model a link asked for; null for the default one. @type {string | null} */
  let wantedModel = null;
  /** @type {EngineFacts} */
  let facts = { engine: null, kernel: null, memoryBytes: null };

  /** Ends the worker; nobody may go on waiting for its answers. */
  function stop() {
    client.stop();
    loadAsked = false;
    fetching = false;
    for (const end of endings) end();
    if (store.get().silence !== null) store.update({ silence: null });
  }

  /** What the worker is waited for. @returns {Awaited | null} */
  function expects() {
    const { engine: now } = store.get();
    if (now.phase === "starting") return loadAsked ? "server" : "worker";
    if (now.phase === "loading") return now.loaded < now.total ? "server" : "worker";
    return client.waits() || waits.some((waiting) => waiting()) ? (fetching ? "server" : "worker") : null;
  }

  /**
   * @param {Awaited} awaited
   * @param {number} seconds
   * @returns {import("./state.js").Silence}
   */
  function telling(awaited, seconds) {
    const text = silence(awaited, seconds);
    if (awaited !== "worker") return { text, action: "Retry" };
    const then = store.get().writing
      ? "Start it again: it then writes the same story from the beginning, and nothing is lost."
      : "Start it again; nothing is lost.";
    return { text: `${text} ${then}`, action: "Start again" };
  }

  /** Starts a fresh worker, at the beginning and after every failure. */
  function start() {
    stop();
    const missing = missingFeature();
    if (missing) {
      store.update({ engine: { phase: "failed", message: missing, action: null } });
      return;
    }
    store.update({ engine: { phase: "starting" } });
    client.start();
  }

  /** Asks the worker for the model, by its manifest beside the page, unless it was asked already. */
  function load() {
    if (!client.listening() || loadAsked) return;
    loadAsked = true;
    client.post({ type: "load", manifest_url: manifestUrl, model: wantedModel });
  }

  /** @param {FromWorker} message */
  function onMessage(message) {
    switch (message.type) {
      case "hello":
        facts = { ...facts, engine: message.engine };
        if (store.get().limits === null) onDescribed(message);
        store.update({ limits: message.limits, chain: message.chain, revision: message.engine.revision });
        break;
      case "progress":
        store.update({
          engine: { phase: "loading", loaded: message.loaded, total: message.total, from: message.from },
        });
        break;
      case "ready":
        onReady(message);
        break;
      case "adapter_progress":
        fetching = message.loaded < message.total;
        break;
      case "done":
        facts = { ...facts, memoryBytes: message.memory_bytes };
        break;
      case "error":
        if (endsTask(message)) fetching = false;
        if (!survives(message)) return;
        break;
    }
    for (const listener of listeners.get(message.type) ?? []) listener(message);
  }

  /** @param {ReadyMessage} message */
  function onReady({ model, seconds, from, kept, note, kernel, memory_bytes, bands }) {
    facts = { ...facts, kernel, memoryBytes: memory_bytes };
    store.update({ engine: { phase: "ready", model, seconds, from, kept, note }, bands });
  }

  /**
   * Whether the engine goes on after this error. If not, it is ended and the reader told what to do.
   * @param {ErrorMessage} message
   */
  function survives(message) {
    const { phase } = store.get().engine;
    if (phase === "failed") return false; // the same failure, told twice
    const gone = FATAL.includes(message.code);
    if (!gone && message.id === null && phase === "ready") onProblem(message);
    if (!gone && (message.id !== null || phase === "ready")) return true;
    stop();
    store.update({
      engine: { phase: "failed", message: message.message, action: message.code === "panic" ? "Start again" : "Retry" },
    });
    return false;
  }

  return {
    start,
    load,
    facts: () => facts,
    listening: client.listening,
    number: client.number,
    ask: client.ask,
    /** @param {ToWorker} message */
    post: (message) => client.post(message),
    /**
     * @template {FromWorker["type"]} Type
     * @param {Type} type
     * @param {(message: Extract<FromWorker, { type: Type }>) => void} listener
     */
    on(type, listener) {
      listeners.set(type, [...(listeners.get(type) ?? []), listener]);
    },
    /** @param {() => void} end  the worker has ended, with what it wrote */
    onEnd(end) {
      endings.push(end);
    },
    /** @param {() => boolean} waiting  whether somebody waits for a story or its numbers */
    onWait(waiting) {
      waits.push(waiting);
    },
    /**
     * Takes another model than the default one. A model that is loaded, or on its way, gives way to it.
     * @param {string} name
     */
    want(name) {
      if (name === wantedModel) return;
      wantedModel = name;
      const { engine } = store.get();
      const loaded = engine.phase === "ready" ? engine.model.name : null;
      if (loadAsked && name !== loaded) start();
    },
  };
}
