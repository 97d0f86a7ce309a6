/**
 * Logs such as a room writes, and what may happen to one on its way to a reader. The same seed gives the same.
 *
 * @import { Cancel, Caption, Message } from "../../web/lib/protocol.js"
 * @import { State } from "../../web/lib/reduce.js"
 * @typedef {Caption | Cancel} Entry
 * @typedef {(below: number) => number} Dice rolls integers
 */

const LANGUAGES = ["de", "fr"];
const LENGTH = 60;

/** @param {number} seed @returns {Dice} */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @param {number} seed @returns {Entry[]} */
export function randomLog(seed) {
  const roll = dice(seed);
  /** @type {Caption[]} the newest of each segment that is not cancelled */
  const segments = [];
  /** @type {Entry[]} */
  const log = [];
  for (let seq = 1; seq <= LENGTH; seq++) {
    const at = roll(segments.length + 1);
    const old = segments[at];
    if (old && roll(8) === 0) {
      log.push({ type: "cancel", seq, segment: old.segment, lang: old.lang });
      segments.splice(at, 1);
      continue;
    }
    const { segment, revision, lang } = old ?? {
      segment: seq,
      revision: 0,
      lang: LANGUAGES[roll(2)] ?? "de",
    };
    const final = old?.final || roll(3) === 0;
    const text = { stable: `words ${seq}`, tentative: final ? "" : " more" };
    const next = {
      type: /** @type {const} */ ("caption"),
      seq,
      segment,
      revision: revision + 1,
      lang,
      ...text,
      final,
    };
    segments[at] = next;
    log.push(next);
  }
  return log;
}

/**
 * Folds a log as a reader with a bad connection gets it: superseded tentative states are missing, what has come comes
 * again, and somewhere the connection is lost and resumed.
 *
 * @param {readonly Entry[]} log
 * @param {number} seed
 * @param {(state: State, message: Message) => State} reduce
 * @param {State} state
 */
export function foldWithNoise(log, seed, reduce, state) {
  const roll = dice(seed ^ 0xbad);
  const before = log.slice(0, roll(log.length));
  const first = noisy(before, roll);
  for (const message of first) state = reduce(state, message);
  const after = log.slice(before.length);
  // What was sent before the connection was lost may not have arrived: the log tells it again.
  const missed = log.filter(
    (entry) => entry.seq > (state.seq ?? 0) && !after.includes(entry),
  );
  state = reduce(state, {
    type: "ready",
    protocol: 1,
    room: "hall",
    source: "en",
    targets: [],
    seq: before.length,
  });
  for (const message of noisy([...missed, ...after], roll))
    state = reduce(state, message);
  return state;
}

/**
 * @param {readonly Entry[]} entries
 * @param {Dice} roll
 * @returns {Entry[]}
 */
function noisy(entries, roll) {
  /** @type {Entry[]} */
  const arrived = [];
  entries.forEach((entry, index) => {
    const superseded = entries
      .slice(index + 1)
      .some((later) => isSame(later, entry));
    if (superseded && entry.type === "caption" && !entry.final && roll(2) === 0)
      return;
    arrived.push(entry);
    const again = arrived[roll(arrived.length * 2)];
    if (again) arrived.push(again);
  });
  return arrived;
}

/** @param {Entry} a @param {Entry} b */
function isSame(a, b) {
  return a.lang === b.lang && a.segment === b.segment;
}
