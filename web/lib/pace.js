/**
 * Lets text come on no faster than it can be read, and no later than a few seconds: what comes in bursts runs word by word,
 * the faster the more there is, and what has waited too long is shown at once. Pure: time comes in as an argument.
 *
 * @import { Caption } from "./protocol.js"
 *
 * @typedef {{ segment: number, length: number, at: number }} Arrival of the first so many characters of a segment
 */

/** No text waits longer. */
const LONGEST_MS = 3000;
/** What waits is to be shown within this time, roughly. */
const CATCH_UP_MS = 1500;
/** After a silence there may come so much at once. */
const BURST_MS = 1000;
/** A word with the space after it, or a character of a script without spaces. */
const UNIT = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+\s*|\s+/uy;

export class Pace {
  #perMs;
  /** Characters shown of each segment. @type {Map<number, number>} */
  #shown = new Map();
  /** Of what is not shown yet, the oldest first. @type {Arrival[]} */
  #arrivals = [];
  /** Characters that may be shown now. */
  #credit = 0;
  #last = 0;

  /** @param {number} perSecond characters; 0: any number */
  constructor(perSecond) {
    this.#perMs = perSecond / 1000;
  }

  /** Whether there is text that has to wait. */
  get isWaiting() {
    return this.#arrivals.length > 0;
  }

  /**
   * @param {readonly Caption[]} captions in order
   * @param {number} now in milliseconds
   * @returns {readonly Caption[]} as much of them as is to be shown now
   */
  show(captions, now) {
    if (this.#perMs === 0) return captions;
    this.#forgetAllBut(captions);
    this.#earn(captions, now);
    this.#note(captions, now);
    this.#spend(captions, now);
    this.#arrivals = this.#arrivals.filter(({ segment, length }) => this.#shownOf(segment) < length);
    return captions.flatMap((caption) => cut(caption, this.#shownOf(caption.segment)));
  }

  /** @param {number} segment */
  #shownOf(segment) {
    return this.#shown.get(segment) ?? 0;
  }

  /** @param {readonly Caption[]} captions */
  #forgetAllBut(captions) {
    const segments = new Set(captions.map((caption) => caption.segment));
    for (const segment of this.#shown.keys()) if (!segments.has(segment)) this.#shown.delete(segment);
    this.#arrivals = this.#arrivals.filter((arrival) => segments.has(arrival.segment));
  }

  /** @param {readonly Caption[]} captions @param {number} now */
  #earn(captions, now) {
    const waiting = captions.reduce((sum, caption) => sum + lengthOf(caption) - this.#shownOf(caption.segment), 0);
    const rate = Math.max(this.#perMs, this.isWaiting ? waiting / CATCH_UP_MS : 0);
    this.#credit = Math.min(this.#credit + (now - this.#last) * rate, BURST_MS * rate);
    this.#last = now;
  }

  /** @param {readonly Caption[]} captions @param {number} now */
  #note(captions, now) {
    for (const caption of captions) {
      const { segment } = caption;
      const length = lengthOf(caption);
      const newest = this.#arrivals.findLast((arrival) => arrival.segment === segment);
      this.#shown.set(segment, Math.min(this.#shownOf(segment), length));
      if (length > (newest?.length ?? this.#shownOf(segment))) this.#arrivals.push({ segment, length, at: now });
      for (const arrival of this.#arrivals) {
        if (arrival.segment === segment) arrival.length = Math.min(arrival.length, length);
      }
    }
  }

  /** @param {readonly Caption[]} captions @param {number} now */
  #spend(captions, now) {
    for (const { segment, length, at } of this.#arrivals) {
      if (now - at >= LONGEST_MS) this.#shown.set(segment, Math.max(this.#shownOf(segment), length));
    }
    for (const caption of captions) {
      const text = caption.stable + caption.tentative;
      for (let shown = this.#shownOf(caption.segment); shown < text.length;) {
        const unit = unitAt(text, shown);
        if (unit > this.#credit && unit > 0) return;
        this.#credit -= unit;
        shown += unit;
        this.#shown.set(caption.segment, shown);
      }
    }
  }
}

/** @param {Caption} caption */
function lengthOf({ stable, tentative }) {
  return stable.length + tentative.length;
}

/** @param {string} text @param {number} from @returns {number} characters to the end of the word */
function unitAt(text, from) {
  UNIT.lastIndex = from;
  return UNIT.exec(text)?.[0].length ?? text.length - from;
}

/** @param {Caption} caption @param {number} length @returns {Caption[]} none where nothing of it is shown */
function cut(caption, length) {
  if (length === 0) return [];
  if (length >= lengthOf(caption)) return [caption];
  const stable = caption.stable.slice(0, length);
  return [{ ...caption, stable, tentative: caption.tentative.slice(0, length - stable.length), final: false }];
}
