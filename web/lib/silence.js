/**
 * Clears the screen when nobody has said anything for a while.
 *
 * @import { Caption } from "./protocol.js"
 * @import { Joined } from "./reduce.js"
 */
import { isNews } from "./reduce.js";

export class Silence {
  #screen;
  #ms;
  #oncleared;
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
   * @param {() => void} oncleared
   */
  constructor(screen, ms, oncleared) {
    this.#screen = screen;
    this.#ms = ms;
    this.#oncleared = oncleared;
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

  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {number} newest */
  #heard(newest) {
    this.#newest = newest;
    this.#screen.removeAttribute("data-cleared");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#clear();
      this.#oncleared();
    }, this.#ms);
  }

  #clear() {
    this.#cleared = this.#newest;
    this.#screen.toggleAttribute("data-cleared", true);
  }
}
