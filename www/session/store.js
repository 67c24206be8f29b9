// One state, and who wants to know of which part of it. Both pages have their state in such a store.

/**
 * @template State
 * @typedef {{ get: () => State, update: (change: Partial<State>) => void, select: <Part>(selector: (state: State) => Part, listener: (part: Part, previous: Part) => void) => void }} StoreOf
 */

/**
 * @template {object} State
 * @param {State} initial
 * @returns {StoreOf<State>}
 */
export function createStore(initial) {
  let state = initial;
  /** @type {(() => void)[]} */
  const listeners = [];
  return {
    get: () => state,
    update(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    /**
     * Gives a listener what `selector` takes from the state: now, and whenever that has changed, together with what it was before (the first
     * time the same). A list or a plain object has changed when one of its values is another.
     */
    select(selector, listener) {
      let part = selector(state);
      listeners.push(() => {
        const previous = part;
        part = selector(state);
        if (!isSame(part, previous)) listener(part, previous);
      });
      listener(part, part);
    },
  };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const hasParts = (value) =>
  Array.isArray(value) ||
  (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype);

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function isSame(one, other) {
  if (Object.is(one, other)) return true;
  if (!hasParts(one) || !hasParts(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]));
}
