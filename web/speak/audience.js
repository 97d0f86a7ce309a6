/**
 * What the audience sees of the talk, and how far behind it is.
 *
 * #language, #behind, #audience around #captions with #empty, #live
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Status } from "../lib/protocol.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {string} room
 * @property {string} token
 * @property {string} lang
 * @property {(lang: string) => void} onlanguage
 */
import { CaptionsView } from "../lib/captions.js";
import { Follow } from "../lib/follow.js";
import { Health } from "../lib/health.js";
import { byId, offerLanguages, oncePerFrame, say } from "../lib/page.js";
import { Reader } from "../lib/reader.js";
import { rowsOf } from "../lib/rows.js";

const KEPT = 50;

export class Audience {
  #options;
  #reader;
  #health = new Health();
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
    const { captions, joined, languages, language } = this.#reader;
    this.#health.observe(captions, joined, performance.now());
    offerLanguages(this.#languages, languages, language);
    byId("empty", HTMLElement).hidden = captions.length > 0;
    this.#view.paint(rowsOf([captions]));
    this.#follow.update();
  }

  /** @param {Status | null} status @returns {number | null} in ms; nothing where nothing is being said */
  behind(status) {
    const lag = this.#health.lag(performance.now());
    const waiting = status?.behind_ms ?? 0;
    return lag ? Math.max(lag.lagMs, waiting) : waiting || null;
  }

  /** @param {Status | null} status */
  paint(status) {
    const { phrases } = this.#options;
    const ms = this.behind(status);
    const seconds = ms === null ? "–" : phrases.text("unit.seconds", { n: Math.round(ms / 100) / 10 });
    say(byId("behind", HTMLElement), seconds);
  }
}
