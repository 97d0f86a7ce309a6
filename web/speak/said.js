/**
 * The last sentences, and whether the server has them.
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Final } from "../lib/protocol.js"
 * @typedef {"waiting" | "sent" | "received"} Fate
 */

const KEPT = 5;

export class Said {
  #list;
  #lang;
  #phrases;
  /** @type {{ utterance: number, item: HTMLElement, fate: HTMLElement }[]} */
  #sentences = [];

  /** @param {HTMLElement} list @param {() => string} lang what is spoken @param {Phrases} phrases */
  constructor(list, lang, phrases) {
    this.#list = list;
    this.#lang = lang;
    this.#phrases = phrases;
  }

  get isEmpty() {
    return this.#sentences.length === 0;
  }

  /** @param {Final} message */
  add({ text, utterance }) {
    const item = document.createElement("li");
    const words = Object.assign(document.createElement("span"), { className: "text", dir: "auto", textContent: text });
    const fate = Object.assign(document.createElement("span"), { className: "fate" });
    words.lang = this.#lang();
    item.append(words, fate);
    this.#list.append(item);
    this.#sentences.push({ utterance, item, fate });
    if (this.#sentences.length > KEPT) this.#sentences.shift()?.item.remove();
  }

  /** @param {(utterance: number) => Fate} fateOf */
  paintFates(fateOf) {
    for (const { utterance, item, fate } of this.#sentences) {
      const state = fateOf(utterance);
      if (item.dataset["state"] === state) continue;
      item.dataset["state"] = state;
      fate.textContent = this.#phrases.text(`fate.${state}`);
    }
  }

  /** In another language. */
  paint() {
    for (const { item } of this.#sentences) delete item.dataset["state"];
  }
}
