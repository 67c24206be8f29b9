// Write as I move: while a control moves, the story is written anew with the newest settings, and becomes an entry once the hand rests.
//
// What the page does with it:
//
//   const live = createLive({ store, engine, adapters, library, writing, newestEarlier });
//   live.move(settings)     on every input event of temperature, top-p, preset or sampler, with the settings of the form. It does nothing
//                           where live writing is off, the model is not ready, or the adapter is not here. While a story is
//                           being written, the newest settings wait for its end.
//   live.rest()             on the change event, when the hand lets go. After REST milliseconds without another move the story becomes an
//                           ordinary entry: `writing.request` writes the same settings, with second reading, address bar and archive.
//                           (Arrow keys send input and change with every press; the wait makes one entry of many presses.)
//   live.choose(on)         the reader's own switch. It is remembered on this device.
//
// What it puts into the store (types in state.js):
//
//   state.liveMode          "measuring"  how fast this device writes is not known yet; moves are ignored
//                           "on"         stories are written while a control moves
//                           "off"        the reader has switched it off
//                           "slow"       off by itself, because a story takes more than LIMIT seconds; the reader can switch it on
//   state.live              null, or
//     .record               the newest rewrite: a whole StoryRecord with numbers. The library's numbers (novelty) are merged in when they
//                           come; until then they are absent.
//     .spans                what the library holds of it, null before it has answered (or if it is closed)
//     .changed              indices of its tokens that differ from the story that was shown when the hand was put on the control
//     .trail                one point per rewrite since then, the oldest first, at most TRAIL: { settings, numbers, percentiles }.
//                           The map takes the numbers of its axes: numbers.novelty, numbers.coherence, …
//     .resting              whether the hand has let go and the entry is being written
//   `live` becomes null when the entry is shown. The last `record` and that entry have the same tokens and the same digest.
//
// Selectors (selectors.js): `onStage(state)` is { record, spans, finished, live } of what the reader looks at: the rewrite if there is one,
// otherwise the shown entry. `writingQuietly(state)` says that the story being written stands on the page already as the last rewrite:
// do not clear the story panel, do not stream tokens.
export {};
