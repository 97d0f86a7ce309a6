/**
 * What a reader has seen, folded message by message. Pure: the same messages give the same state, and a message that
 * comes twice, or late, changes nothing.
 *
 * @import { Cancel, Caption, Clear, Message, Ready } from "./protocol.js"
 *
 * @typedef {object} Track one language
 * @property {readonly Caption[]} captions the newest revision of each segment, in order
 * @property {readonly number[]} cancelled so that a late caption does not bring a withdrawn segment back
 * @property {number} forgotten the newest segment that the limit has pushed out
 *
 * @typedef {object} State
 * @property {string} log what `seq` counts in
 * @property {number | null} seq the newest seen; where a reader resumes
 * @property {number} cleared the last segment of the talk before
 * @property {ReadonlyMap<string, Track>} tracks by language
 */

/**
 * When a reader came: what the room had told by then, and which sentences were finished. Some of those may have been
 * translated for the reader only afterwards.
 *
 * @typedef {{ seq: number, segment: number }} Joined
 */

/** @type {State} */
export const NOTHING = Object.freeze({ log: "", seq: null, cleared: 0, tracks: new Map() });

/** @type {Track} */
const EMPTY = { captions: [], cancelled: [], forgotten: -1 };

/**
 * @param {Caption} caption
 * @param {Joined} joined
 * @returns {boolean} whether it was said, or corrected, since
 */
export function isNews({ seq, segment, revision }, joined) {
  return seq > joined.seq && (segment > joined.segment || revision > 1);
}

/**
 * @param {State} state
 * @param {Message} message
 * @param {number} [limit] finished segments remembered in each language
 * @returns {State}
 */
export function reduce(state, message, limit = 500) {
  switch (message.type) {
    case "ready":
      return join(state, message);
    case "caption":
      return update(state, message, withCaption, limit);
    case "cancel":
      return update(state, message, withoutSegment, limit);
    case "clear":
      return clear(state, message);
    default:
      return state;
  }
}

/**
 * @param {State} state
 * @param {Ready} ready
 * @returns {State}
 */
function join(state, { log = "", seq, gap }) {
  // Another log, or one that counts from lower than what was seen, has begun anew: its segments are not ours.
  if (state.log !== log || (state.seq ?? 0) > seq) return { ...NOTHING, log };
  return gap ? finishedOnly(state) : state;
}

/**
 * @param {State} state
 * @param {Clear} clear
 * @returns {State}
 */
function clear(state, { seq, segment }) {
  const tracks = new Map();
  for (const [lang, track] of state.tracks) {
    tracks.set(lang, { ...track, captions: track.captions.filter((caption) => caption.segment > segment) });
  }
  return { ...state, seq: Math.max(state.seq ?? seq, seq), cleared: Math.max(state.cleared, segment), tracks };
}

/**
 * Forgets the segments that are still open, and resumes before them. The server tells of them again: to a reader that
 * asks for another stability, or that has missed how some of them ended.
 *
 * @param {State} state
 * @returns {State}
 */
export function finishedOnly(state) {
  let seq = state.seq;
  const tracks = new Map();
  for (const [lang, track] of state.tracks) {
    for (const caption of track.captions) if (!caption.final) seq = Math.min(seq ?? caption.seq, caption.seq - 1);
    tracks.set(lang, { ...track, captions: track.captions.filter((caption) => caption.final) });
  }
  return { ...state, seq, tracks };
}

/**
 * @param {State} state
 * @param {string} lang
 * @returns {readonly Caption[]}
 */
export function captionsIn(state, lang) {
  return (state.tracks.get(lang) ?? EMPTY).captions;
}

/**
 * @template {Caption | Cancel} M
 * @param {State} state
 * @param {M} message
 * @param {(track: Track, message: M, limit: number) => Track} apply
 * @param {number} limit
 * @returns {State}
 */
function update(state, message, apply, limit) {
  const seq = Math.max(state.seq ?? message.seq, message.seq);
  const before = state.tracks.get(message.lang) ?? EMPTY;
  const after = message.segment > state.cleared ? apply(before, message, limit) : before;
  if (after === before) return seq === state.seq ? state : { ...state, seq };
  return { ...state, seq, tracks: new Map(state.tracks).set(message.lang, after) };
}

/**
 * @param {Track} track
 * @param {Caption} caption
 * @param {number} limit
 * @returns {Track}
 */
function withCaption(track, caption, limit) {
  if (caption.segment <= track.forgotten || track.cancelled.includes(caption.segment)) return track;
  const isOlder = (/** @type {Caption} */ other) => other.segment < caption.segment;
  const at = track.captions.findLastIndex(isOlder) + 1;
  const known = track.captions[at];
  const replaces = known?.segment === caption.segment;
  if (replaces && known.revision >= caption.revision) return track;
  return bounded({ ...track, captions: track.captions.toSpliced(at, replaces ? 1 : 0, caption) }, limit);
}

/**
 * @param {Track} track
 * @param {Cancel} cancel
 * @param {number} limit
 * @returns {Track}
 */
function withoutSegment(track, { segment }, limit) {
  if (track.cancelled.includes(segment)) return track;
  return {
    ...track,
    captions: track.captions.filter((caption) => caption.segment !== segment),
    cancelled: [...track.cancelled, segment].slice(-limit),
  };
}

/**
 * @param {Track} track
 * @param {number} limit
 * @returns {Track}
 */
function bounded(track, limit) {
  const finished = track.captions.filter((caption) => caption.final);
  const oldest = finished.at(-limit);
  if (!oldest || finished.length === limit) return track;
  const captions = track.captions.filter((caption) => caption.segment >= oldest.segment);
  return { ...track, captions, forgotten: oldest.segment - 1 };
}
