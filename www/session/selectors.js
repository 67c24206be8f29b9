// What each view shows of the state.
import { idOf } from "../parts/names.js";
import { canRead } from "./looking.js";
import { missingAdapter, sameSettings, shownEntry } from "./state.js";

/** @import { Settings } from "../protocol.js" */
/** @import { State } from "./state.js" */

/** @param {State} state */
export const engineAndSilence = ({ engine, silence }) => ({ engine, silence });

/** @param {State} state */
export const activity = ({ engine: { phase }, writing, queued, awaited }) => ({
  phase,
  writing: writing !== null,
  queued: queued !== null,
  awaited,
});

/** @param {State} state */
export const shownAndWriting = (state) => ({
  shown: shownEntry(state),
  writing: state.writing !== null,
  live: state.live !== null,
});

/** @param {State} state */
export const shownPosition = (state) => ({ key: shownEntry(state)?.key, position: state.position });

/** The numbers of the shown entry; none while a rewrite stands in its place. @param {State} state */
export const shownNumbers = (state) => {
  const { record, finished } = (state.live === null && shownEntry(state)) || {};
  return { record, finished };
};

/** @param {State} state */
export const entriesAndShown = ({ entries, shown }) => ({ entries, shown });

/** What can be looked at. @param {State} state */
export function lens(state) {
  const entry = shownEntry(state);
  const { position, chain, engine, writing, queued, awaited } = state;
  const { phase } = engine;
  return {
    entry,
    position,
    chain,
    phase,
    writing: writing !== null || (queued !== null && awaited === null && phase === "ready"),
    readable: entry !== null && canRead(state, entry),
    missing: entry && missingAdapter(state, entry.record.settings),
  };
}

/** @param {State} state */
export const compared = (state) => ({
  pinned: state.entries.find(({ key }) => key === state.pinned) ?? null,
  shown: shownEntry(state),
  writing: state.writing !== null,
  chain: state.chain,
});

/** The adapter whose files the reader is asked for. @param {State} state */
export const wantedAdapter = ({ awaited }) => (awaited?.offered === false ? awaited.id : null);

/** The model that the link of the queued story names, where this page has another. @param {State} state */
export function otherModel({ queued, engine }) {
  const theirs = queued?.expectation?.model;
  if (!theirs || engine.phase !== "ready") return null;
  const ours = idOf(engine.model);
  return theirs === ours ? null : { theirs, ours };
}

/** What the reader looks at: the story written while a control moves, otherwise the shown entry. @param {State} state */
export function onStage(state) {
  const { live } = state;
  if (live) return { record: live.record, spans: live.spans, finished: false, live };
  const { record = null, spans = null, finished = false } = shownEntry(state) ?? {};
  return { record, spans, finished, live: null };
}

/**
 * Whether the story of these settings stands on the page already, as the last rewrite.
 * @param {State} state
 * @param {Settings} settings
 */
export const standsAlready = ({ live }, settings) => live !== null && sameSettings(live.record.settings, settings);

/** Whether the story being written does. @param {State} state */
export const writingQuietly = (state) => state.writing !== null && standsAlready(state, state.writing.settings);

/** The cloud of the shown entry, while no control moves. @param {Pick<State, "cloud" | "shown" | "live">} state */
export const shownCloud = ({ cloud, shown, live }) =>
  live === null && cloud !== null && cloud.key === shown ? cloud : null;
