// Whether the library loads without being asked for, and when.

/**
 * What the browser says of its connection (Network Information API). Firefox and Safari say nothing; Chrome on a computer leaves out `type`.
 * @typedef {{ saveData?: boolean, effectiveType?: string, type?: string, downlink?: number }} Connection
 *
 * @typedef {{ connection: Connection | null, isPhone: boolean }} Device
 */

/** Megabits per second from which a phone loads the library by itself: its 12.9 MB then take 20 seconds at most. */
const FAST = 5;
/** Connections that are most likely paid by the megabyte. */
const METERED = ["cellular", "bluetooth", "wimax"];
/** Effective types on which the download would take minutes. */
const SLOW = ["slow-2g", "2g"];
/** Pixels of a screen's shorter side below which a touch device is a phone. */
const PHONE = 600;
/** The longest that a busy page is waited for, in milliseconds. */
const IDLE = 3000;

/**
 * Whether the library may load without being asked for.
 * @param {Device} device
 */
export function loadsByItself({ connection, isPhone }) {
  if (connection?.saveData) return false;
  if (!isPhone) return !METERED.includes(connection?.type ?? "") && !SLOW.includes(connection?.effectiveType ?? "");
  if (!connection) return false;
  const { effectiveType, type = "unknown", downlink = 0 } = connection;
  return effectiveType === "4g" && ["wifi", "ethernet", "unknown"].includes(type) && downlink >= FAST;
}

/** This device. @returns {Device} */
export function thisDevice() {
  const { connection = null } = /** @type {Navigator & { connection?: Connection }} */ (navigator);
  const isPhone = matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < PHONE;
  return { connection, isPhone };
}

/**
 * Settles as soon as no story is being written or waits for the model, and the page has nothing more urgent to do.
 * @param {import("./state.js").Store} store
 * @returns {Promise<void>}
 */
export function atRest(store) {
  return new Promise((resolve) => {
    store.select(
      ({ queued, writing }) => queued === null && writing === null,
      (rests) => {
        if (!rests) return;
        // Safari has no requestIdleCallback.
        if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: IDLE });
        else setTimeout(resolve);
      },
    );
  });
}
