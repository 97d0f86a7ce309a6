/**
 * Has finished sentences, and corrections of them, read to those who listen to the page; what is still being said
 * would drown them out.
 *
 * @import { Caption } from "./protocol.js"
 * @import { Joined } from "./reduce.js"
 */
import { directionOf } from "./languages.js";
import { isNews } from "./reduce.js";

/** As many as a screen reader may still have to say. */
const KEPT = 5;

export class Announcer {
  #region;
  /** @type {object | null} */
  #joined = null;
  #newest = 0;

  /** @param {HTMLElement} region a visually hidden live region */
  constructor(region) {
    this.#region = region;
  }

  /**
   * @param {readonly Caption[]} captions
   * @param {Joined} joined
   */
  announce(captions, joined) {
    if (joined !== this.#joined) this.#newest = joined.seq;
    this.#joined = joined;
    const fresh = captions.filter((caption) => caption.final && caption.seq > this.#newest && isNews(caption, joined));
    for (const caption of fresh.sort((a, b) => a.seq - b.seq)) {
      this.#newest = caption.seq;
      this.#region.append(sentence(caption));
    }
    while (this.#region.childElementCount > KEPT) this.#region.firstElementChild?.remove();
  }
}

/** @param {Caption} caption */
function sentence({ lang, stable }) {
  const element = document.createElement("p");
  element.lang = lang;
  element.dir = directionOf(lang);
  element.textContent = stable;
  return element;
}
