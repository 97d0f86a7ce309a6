/**
 * Clears the screen when nobody has said anything for a while.
 *
 * @import { Caption } from "../lib/protocol.js"
 */
export class Silence {
  #screen;
  #ms;
  /** @type {object | null} */
  #joined = null;
  /** What is not newer has been cleared. */
  #cleared = 0;
  #newest = 0;
  /** @type {readonly Caption[]} */
  #shown = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} screen gets `data-cleared`
   * @param {number} ms
   */
  constructor(screen, ms) {
    this.#screen = screen;
    this.#ms = ms;
    this.#clear();
  }

  /**
   * @param {readonly Caption[]} captions
   * @param {{ seq: number }} joined up to which they are history, which nobody is talking about any more
   * @returns {readonly Caption[]} those to show; while the screen is cleared they are what fades away
   */
  filter(captions, joined) {
    if (joined !== this.#joined) this.#newest = this.#cleared = joined.seq;
    this.#joined = joined;
    const newest = Math.max(this.#newest, ...captions.map((caption) => caption.seq));
    if (newest > this.#newest) this.#heard(newest);
    const fresh = captions.filter((caption) => caption.seq > this.#cleared);
    if (fresh.length > 0) this.#shown = fresh;
    return this.#shown;
  }

  /** @param {number} newest */
  #heard(newest) {
    this.#newest = newest;
    this.#screen.removeAttribute("data-cleared");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#clear(), this.#ms);
  }

  #clear() {
    this.#cleared = this.#newest;
    this.#screen.toggleAttribute("data-cleared", true);
  }
}
