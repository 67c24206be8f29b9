// A single story is luck: eight more stories of the same settings with other seeds, written when nothing else is to be done.
//
// What the page does with it:
//
//   const cloud = createCloud({ store, engine, adapters, measuring, library, writing, writeSettings });
//   cloud.open(index)       shows one of `state.cloud.stories` as the story: its settings go into the form, and `writing.request` writes it.
//   cloud.write()           writes the cloud of the shown story now. Where a story takes under 250 ms the cloud comes by itself,
//                           600 ms after the shown story is finished and nothing moves.
//
// What it puts into the store (types in state.js):
//
//   state.cloud             null, or
//     .key                  the key of the entry that it belongs to; show it only while `state.shown` is that key
//     .stories              the StoryRecords so far, in order of their seeds (seed + 1 … seed + 8, modulo 2^32). The library's numbers are
//                           merged in when they come.
//     .complete             whether all eight are there
//     .mean                 null before it is complete; then by metric ("novelty", "coherence", "surprise") the Estimate
//                           { count, mean, interval } of the nine stories, null where none of them has the number
//
// Selectors (selectors.js): `shownCloud(state)` is the cloud of the shown entry, or null while a control moves or another story is shown.
export {};
