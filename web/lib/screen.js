/**
 * The newest lines in one language, as they roll up on a screen: paced, and cleared when nobody speaks.
 *
 * @import { Caption } from "./protocol.js"
 * @import { Joined } from "./reduce.js"
 *
 * @typedef {object} Options
 * @property {number} clear milliseconds of silence after which the screen is cleared
 * @property {number} pace characters a second
 * @property {() => void} onchange when it is time to paint again
 */
import { CaptionsView } from "./captions.js";
import { isWide } from "./languages.js";
import { Pace } from "./pace.js";
import { RollUp } from "./rollup.js";
import { rowsOf } from "./rows.js";
import { Silence } from "./silence.js";

const TICK_MS = 100;
/** A character of Chinese or Japanese says about as much as two letters. */
const WIDE = 0.5;

export class Screen {
  /** .screen (data-cleared, data-wide) around .roll, which holds the rows */
  element = document.createElement("section");
  #roll = document.createElement("div");
  #onchange;
  #view;
  #rollUp;
  #silence;
  #pace;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} lang @param {Options} options */
  constructor(lang, { clear, pace, onchange }) {
    this.element.className = "screen";
    this.element.toggleAttribute("data-wide", isWide(lang));
    this.#roll.className = "roll";
    this.element.append(this.#roll);
    this.#onchange = onchange;
    this.#view = new CaptionsView(this.#roll);
    this.#rollUp = new RollUp(this.#roll);
    this.#silence = new Silence(this.element, clear, onchange);
    this.#pace = new Pace(isWide(lang) ? pace * WIDE : pace);
  }

  /** @param {readonly Caption[]} captions @param {Joined} joined */
  paint(captions, joined) {
    const shown = this.#pace.show(this.#silence.filter(captions, joined), performance.now());
    this.#rollUp.around(() => this.#view.paint(rowsOf([shown])));
    clearTimeout(this.#timer);
    if (this.#pace.isWaiting) this.#timer = setTimeout(this.#onchange, TICK_MS);
  }

  get isCleared() {
    return this.element.hasAttribute("data-cleared");
  }

  /** Lines break elsewhere now. */
  remeasure() {
    this.#view.remeasure();
  }

  remove() {
    clearTimeout(this.#timer);
    this.#silence.stop();
    this.element.remove();
  }
}
