/**
 * Clears the screen when nobody has said anything for a while.
 *
 * @import { Caption } from "../lib/protocol.js"
 * @import { Joined } from "../lib/reduce.js"
 */
import { isNews } from "../lib/reduce.js";

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
   * @param {Joined} joined
   * @returns {readonly Caption[]} those to show, no history, which nobody is talking about any more; while the screen is
   *   cleared they are what fades away
   */
  filter(captions, joined) {
    if (joined !== this.#joined) this.#newest = this.#cleared = joined.seq;
    this.#joined = joined;
    const news = captions.filter((caption) => isNews(caption, joined));
    const newest = Math.max(this.#newest, ...news.map((caption) => caption.seq));
    if (newest > this.#newest) this.#heard(newest);
    const fresh = news.filter((caption) => caption.seq > this.#cleared);
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
