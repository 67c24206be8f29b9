// NAME@HASH8, by which settings, links and results name a model or an adapter: a name for people, and the first 8 hexadecimal digits of a
// SHA-256, which alone count. src/model/id.rs has the same rules.

export const ID = /^[\w.-]{1,64}@[0-9a-f]{8}$/;
/** A hash in an id, and a digest. */
export const HASH = /^[0-9a-f]{8}$/;

/** @param {{ name: string, hash8: string }} model */
export const idOf = ({ name, hash8 }) => `${name}@${hash8}`;

/**
 * The name in an id, for people; of a name alone, itself.
 * @param {string} id
 */
export const nameOf = (id) => (id.includes("@") ? id.slice(0, id.lastIndexOf("@")) : id);

/**
 * The part of an id that counts.
 * @param {string} id
 */
export const hashOf = (id) => id.slice(id.lastIndexOf("@") + 1);

/**
 * @param {string} one
 * @param {string} other
 */
export const isSameAdapter = (one, other) => hashOf(one) === hashOf(other);
