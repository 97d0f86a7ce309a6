/**
 * How far an audience is behind a speaker: how long ago the first word was said that cannot be read yet. Which words those
 * are is told by position, with as many words of the translation for one of the speaker's as there were so far. Pure: time
 * comes in.
 *
 * @import { Caption } from "./protocol.js"
 *
 * @typedef {object} Spoken one utterance that is not read to its end
 * @property {{ at: number, count: number }[]} counts how many words there were, and since when
 * @property {boolean} isFinal
 */
import { words } from "./spoken.js";

/** Older ones are read by now, or lost. */
const KEPT = 5;

export class Behind {
  /** @type {Map<number, Spoken>} by utterance */
  #spoken = new Map();
  /** Of what was read to its end. */
  #read = { said: 0, shown: 0 };

  /**
   * @param {number} utterance
   * @param {string} text of it so far
   * @param {boolean} isFinal
   * @param {number} now in ms
   */
  heard(utterance, text, isFinal, now) {
    const { counts } = this.#spoken.get(utterance) ?? { counts: [] };
    const count = words(text).length;
    const known = counts.filter((before) => before.count < count);
    const at = counts.find((before) => before.count >= count)?.at ?? now;
    this.#spoken.set(utterance, { counts: [...known, { at, count }], isFinal });
    const [oldest = utterance] = this.#spoken.keys();
    if (this.#spoken.size > KEPT) this.forget(oldest);
  }

  /** It was withdrawn, or is read. @param {number} utterance */
  forget(utterance) {
    this.#spoken.delete(utterance);
  }

  /**
   * @param {readonly Caption[]} captions all there are now, in one language
   * @param {number} now in ms
   * @returns {number} in ms; 0 where everything can be read
   */
  observe(captions, now) {
    let first = now;
    for (const [utterance, { counts, isFinal }] of this.#spoken) {
      const own = captions.filter((caption) => caption.utterance === utterance);
      const shown = own.reduce((sum, { stable, tentative }) => sum + words(stable + tentative).length, 0);
      if (isFinal && own.length > 0 && own.every((caption) => caption.final)) {
        this.#read.said += counts.at(-1)?.count ?? 0;
        this.#read.shown += shown;
        this.forget(utterance);
      } else first = Math.min(first, counts.find(({ count }) => count > shown / this.#ratio)?.at ?? now);
    }
    return now - first;
  }

  /** Words of the translation for one that was said. */
  get #ratio() {
    return this.#read.said > 0 ? this.#read.shown / this.#read.said : 1;
  }
}
