/**
 * The last sentences, and whether the server has them.
 *
 * @import { Final } from "../lib/protocol.js"
 * @typedef {"waiting" | "sent" | "received"} Fate
 */

const KEPT = 5;

/** @type {Record<Fate, string>} */
const WORDS = { waiting: "waiting for the connection", sent: "sending…", received: "✓ received" };

export class Said {
  #list;
  #lang;
  /** @type {{ utterance: number, item: HTMLElement, fate: HTMLElement }[]} */
  #sentences = [];

  /** @param {HTMLElement} list @param {() => string} lang what is spoken */
  constructor(list, lang) {
    this.#list = list;
    this.#lang = lang;
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
  paint(fateOf) {
    for (const { utterance, item, fate } of this.#sentences) {
      const state = fateOf(utterance);
      if (item.dataset["state"] === state) continue;
      item.dataset["state"] = state;
      fate.textContent = WORDS[state];
    }
  }
}
