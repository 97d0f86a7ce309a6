/**
 * Speaks a sample to the server in a room of its own, where nobody reads, and looks at the captions that come back: the
 * same way through the same server as a talk's.
 *
 * @import { Caption, Message, Term } from "./protocol.js"
 * @import { State } from "./reduce.js"
 * @import { Event } from "./talk.js"
 *
 * @typedef {object} Options
 * @property {string} source
 * @property {readonly string[]} langs
 * @property {string} token
 * @property {readonly Term[]} terms the glossary to use
 * @property {readonly Event[]} talk
 * @property {() => void} onchange
 *
 * @typedef {object} Outcome of one language
 * @property {number | null} firstMs from the first words to the first that could be read
 * @property {number | null} slowestMs how late captions came; 95 of 100 were faster
 * @property {number | null} erasure words taken back for each that stayed
 * @property {boolean} isComplete whether all was translated to the end
 * @property {readonly Caption[]} captions
 */
import { Health } from "./health.js";
import { translateUrl } from "./places.js";
import { Player } from "./player.js";
import { decode } from "./protocol.js";
import { NOTHING, captionsIn, reduce } from "./reduce.js";
import { lengthOf } from "./talk.js";

/** Until the first frame, and from the last words to the last caption. */
const PATIENCE_MS = 15_000;
const FROM_THE_START = { seq: 0, segment: 0 };

export class Trial {
  #options;
  #socket;
  #player;
  /** @type {State} */
  #state = NOTHING;
  /** @type {Map<string, { health: Health, firstAt: number | null }>} */
  #seen;
  #openedAt = performance.now();
  /** @type {number | null} */
  #spokeAt = null;
  #timer = 0;
  /** @type {(value: void) => void} */
  #end = () => {};

  /** From the first attempt to connect to the server's first word. @type {number | null} */
  connectMs = null;
  /** Why it ended early, in the server's words; empty where it gave none. @type {string | null} */
  problem = null;
  /** Settled when it has ended. */
  done = /** @type {Promise<void>} */ (new Promise((resolve) => (this.#end = resolve)));

  /** @param {Options} options */
  constructor(options) {
    const { source, langs, token } = options;
    this.#options = options;
    this.#seen = new Map(langs.map((lang) => [lang, { health: new Health(), firstAt: null }]));
    this.#player = new Player({ onevent: (event) => this.#speak(event), onchange: () => options.onchange() });
    this.#socket = new WebSocket(translateUrl({ source, target: langs.join(), role: "operator", token }));
    this.#socket.onmessage = ({ data }) => this.#receive(decode(data));
    this.#socket.onclose = () => this.#stop("");
    this.#wait(PATIENCE_MS);
  }

  /** From 0 to 1. */
  get progress() {
    return this.#player.position / Math.max(1, lengthOf(this.#options.talk));
  }

  /** Ends it, whatever has come. */
  stop() {
    this.#stop("");
  }

  /** @param {string} lang @returns {Outcome} */
  outcome(lang) {
    const { health, firstAt } = this.#seen.get(lang) ?? { health: new Health(), firstAt: null };
    const now = performance.now();
    return {
      firstMs: firstAt === null || this.#spokeAt === null ? null : firstAt - this.#spokeAt,
      slowestMs: health.lag(now)?.slowestMs ?? null,
      erasure: health.erasure(now),
      isComplete: this.#isComplete(lang),
      captions: captionsIn(this.#state, lang),
    };
  }

  /** @param {Message | null} message */
  #receive(message) {
    if (message?.type === "ready") this.#begin();
    if (message?.type === "error") this.#stop(message.message);
    if (message?.type !== "caption") return;
    this.#state = reduce(this.#state, message);
    const seen = this.#seen.get(message.lang);
    if (!seen) return;
    const now = performance.now();
    if (message.stable + message.tentative !== "") seen.firstAt ??= now;
    seen.health.observe(captionsIn(this.#state, message.lang), FROM_THE_START, now);
    if (this.#options.langs.every((lang) => this.#isComplete(lang))) this.#finish();
    this.#options.onchange();
  }

  #begin() {
    const { terms, talk } = this.#options;
    this.connectMs = performance.now() - this.#openedAt;
    if (terms.length > 0) this.#socket.send(JSON.stringify({ type: "glossary", terms }));
    this.#wait(lengthOf(talk) + PATIENCE_MS);
    this.#player.play(talk);
  }

  /** @param {Event} event */
  #speak({ type, text, utterance }) {
    this.#spokeAt ??= performance.now();
    this.#socket.send(JSON.stringify({ type, text, utterance }));
  }

  /** @param {string} lang */
  #isComplete(lang) {
    const captions = captionsIn(this.#state, lang);
    const last = this.#options.talk.at(-1)?.utterance;
    return captions.some(({ utterance }) => utterance === last) && captions.every(({ final }) => final);
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#stop(""), ms);
  }

  /** @param {string} problem */
  #stop(problem) {
    this.problem ??= problem;
    this.#finish();
  }

  #finish() {
    clearTimeout(this.#timer);
    this.#player.stop();
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
    this.#end();
  }
}
