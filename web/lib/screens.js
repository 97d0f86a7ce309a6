/**
 * A screen for each language that is read: all of them at once, or one after the other.
 *
 * @import { Reader } from "./reader.js"
 * @import { Options } from "./screen.js"
 */
import { Screen } from "./screen.js";

export class Screens {
  #root;
  #options;
  /** @type {Map<string, Screen>} by language */
  #screens = new Map();
  #turn = 0;

  /**
   * @param {HTMLElement} root whose children they are; gets `--screens`, how many there are at once
   * @param {Options & { rotate: number }} options milliseconds that each has its turn; 0: all at once
   */
  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    if (options.rotate > 0) setInterval(() => this.#rotate(), options.rotate);
  }

  /** @param {Reader} reader */
  paint(reader) {
    this.#keep(reader.langs);
    for (const [lang, screen] of this.#screens) screen.paint(reader.captionsIn(lang), reader.joined);
  }

  get isCleared() {
    return [...this.#screens.values()].every((screen) => screen.isCleared);
  }

  remeasure() {
    for (const screen of this.#screens.values()) screen.remeasure();
  }

  /** @param {readonly string[]} langs */
  #keep(langs) {
    if ([...this.#screens.keys()].join() === langs.join()) return;
    for (const screen of this.#screens.values()) screen.remove();
    this.#screens = new Map(langs.map((lang) => [lang, new Screen(lang, this.#options)]));
    this.#root.append(...[...this.#screens.values()].map((screen) => screen.element));
    this.#root.style.setProperty("--screens", String(this.#options.rotate > 0 ? 1 : langs.length));
    this.#show();
  }

  #rotate() {
    this.#turn++;
    this.#show();
    this.#options.onchange();
  }

  #show() {
    const turn = this.#turn % Math.max(this.#screens.size, 1);
    const rotates = this.#options.rotate > 0;
    for (const [at, screen] of [...this.#screens.values()].entries()) screen.element.hidden = rotates && at !== turn;
  }
}
