// The adapter that a story was written with, in few words.
import { percent } from "../parts/format.js";
import { isSameAdapter, nameOf } from "../parts/names.js";

/**
 * @import { Adapter, Settings } from "../protocol.js"
 */

/**
 * A strength as a percentage; as exact as it was set.
 * @param {number} strength
 */
export function strengthWords(strength) {
  return Number.isInteger(Math.round(strength * 1e6) / 1e4)
    ? percent(strength)
    : `${Number((strength * 100).toFixed(4))}%`;
}

/**
 * The adapter and its strength; "" where the model itself wrote.
 * @param {Settings} settings
 */
export function adapterWords({ adapter }) {
  return adapter ? `${nameOf(adapter.id)} ${strengthWords(adapter.strength)}` : "";
}

/**
 * What wrote a story, for the next-token chart: its probabilities stay the story's own, also while the form asks for others.
 * @param {Settings} story
 * @param {Settings} form
 */
export function modelWords(story, form) {
  const own = adapterWords(story);
  const words = own ? `model with ${own}` : "model";
  if (isAlike(story.adapter, form.adapter)) return words;
  return own ? `${words}, as this story was written` : "model without an adapter, as this story was written";
}

/**
 * @param {Adapter | undefined} one
 * @param {Adapter | undefined} other
 */
function isAlike(one, other) {
  // At strength 0 the model itself writes.
  const [strength, otherStrength] = [one?.strength ?? 0, other?.strength ?? 0];
  return (
    strength === otherStrength &&
    (strength === 0 || (one !== undefined && other !== undefined && isSameAdapter(one.id, other.id)))
  );
}
