/**
 * What the audience sees of the talk, and how far behind it is.
 *
 * #language, #behind, #audience around #captions with #empty, #live
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { CancelUtterance, Final, Partial } from "../lib/protocol.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {string} room
 * @property {string} token
 * @property {string} lang
 * @property {(lang: string) => void} onlanguage
 */
import { Behind } from "../lib/behind.js";
import { CaptionsView } from "../lib/captions.js";
import { Follow } from "../lib/follow.js";
import { byId, offerLanguages, oncePerFrame, say } from "../lib/page.js";
import { Reader } from "../lib/reader.js";
import { rowsOf } from "../lib/rows.js";

const KEPT = 50;
/** Seconds over which it is told how far behind the audience is. */
const LATELY = 5;

export class Audience {
  #options;
  #reader;
  #behind = new Behind();
  /** How far behind it was lately. @type {number[]} */
  #lately = [];
  #view = new CaptionsView(byId("captions", HTMLElement));
  #follow = new Follow(byId("audience", HTMLElement), byId("live", HTMLElement));
  #languages = byId("language", HTMLSelectElement);

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#reader = new Reader({
      room: options.room,
      token: options.token,
      langs: options.lang ? [options.lang] : [],
      preferred: [],
      stability: "steady",
      role: "speaker",
      limit: KEPT,
      onchange: oncePerFrame(() => this.#paintCaptions()),
    });
    this.#languages.addEventListener("change", () => {
      this.#reader.chooseLanguages([this.#languages.value]);
      options.onlanguage(this.#languages.value);
    });
  }

  start() {
    return this.#reader.start();
  }

  #paintCaptions() {
    const { captions, languages, language } = this.#reader;
    offerLanguages(this.#languages, languages, language);
    byId("empty", HTMLElement).hidden = captions.length > 0;
    this.#view.paint(rowsOf([captions]));
    this.#follow.update();
  }

  /** @param {Partial | Final | CancelUtterance} message that was said */
  hear(message) {
    if (message.type === "cancel") this.#behind.forget(message.utterance);
    else this.#behind.heard(message.utterance, message.text, message.type === "final", performance.now());
  }

  /** Looks at how far behind it is; asked for each second. */
  tick() {
    const ms = this.#behind.observe(this.#reader.captions, performance.now());
    this.#lately = [...this.#lately, ms].slice(-LATELY);
    this.paint();
  }

  paint() {
    const { phrases } = this.#options;
    const [typical = 0] = [...this.#lately].sort((a, b) => a - b).slice(Math.floor(this.#lately.length / 2));
    say(byId("behind", HTMLElement), phrases.text("unit.seconds", { n: Math.round(typical / 100) / 10 }));
  }
}
