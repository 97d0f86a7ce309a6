/**
 * Captions as they stand on the page: a row for each segment, with its text in each of the languages that are read.
 *
 * @import { Caption } from "./protocol.js"
 *
 * @typedef {{ segment: number, captions: readonly (Caption | undefined)[] }} Row one of each language, where it has come
 */

/**
 * @param {readonly (readonly Caption[])[]} tracks the captions of each language, in order
 * @returns {Row[]} in order
 */
export function rowsOf(tracks) {
  /** @type {Map<number, (Caption | undefined)[]>} */
  const rows = new Map();
  for (const [column, captions] of tracks.entries()) {
    for (const caption of captions) {
      const row = rows.get(caption.segment) ?? new Array(tracks.length).fill(undefined);
      row[column] = caption;
      rows.set(caption.segment, row);
    }
  }
  const inOrder = [...rows].sort(([a], [b]) => a - b);
  return inOrder.map(([segment, captions]) => ({ segment, captions }));
}
