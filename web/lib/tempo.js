/** How fast somebody speaks, and when it is time to ask them for less. Pure: time comes in. */
import { words } from "./spoken.js";

const WINDOW_MS = 20_000;
/** Over less than this a few quick words would look like haste. */
const LEAST_MS = 8_000;

/** Words a minute that captions are still read at with ease (BBC subtitle guidelines: 160 to 180). */
const FAST = 180;
/** What people put up with in live captions (Ofcom). */
const BEHIND_MS = 3000;
/** Advice stands until there is this much room again, lest it come and go. */
const RELIEF = 0.85;

export class Pace {
  #closed = 0;
  /** @type {{ at: number, total: number }[]} */
  #samples = [];

  /**
   * @param {string} text of the open utterance so far
   * @param {boolean} isFinal
   * @param {number} now in ms
   */
  heard(text, isFinal, now) {
    const total = this.#closed + words(text).length;
    if (isFinal) this.#closed = total;
    this.#samples.push({ at: now, total });
    // One sample from before the window tells where it began.
    while ((this.#samples[1]?.at ?? now) <= now - WINDOW_MS) this.#samples.shift();
  }

  /**
   * @param {number} now in ms
   * @returns {number} words a minute, lately; 0 until enough was heard
   */
  wordsPerMinute(now) {
    const from = now - WINDOW_MS;
    const first = this.#samples.findLast(({ at }) => at <= from) ?? this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at < from || now - first.at < LEAST_MS) return 0;
    return Math.round(((last.total - first.total) / Math.min(now - first.at, WINDOW_MS)) * 60_000);
  }
}

/** What to ask a speaker for. @typedef {"" | "slower" | "pause"} Ask */

/**
 * @param {Ask} before
 * @param {number} wordsPerMinute
 * @param {number} behindMs how old the oldest words are that nobody can read yet
 * @returns {Ask}
 */
export function ask(before, wordsPerMinute, behindMs) {
  const room = before ? RELIEF : 1;
  if (wordsPerMinute > FAST * room) return "slower";
  return behindMs > BEHIND_MS * room ? "pause" : "";
}
