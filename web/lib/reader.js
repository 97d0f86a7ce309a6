/**
 * A reader of one room, in one language or several on the same connection: what all pages for readers share.
 *
 * @import { Message, Ready, Status } from "./protocol.js"
 * @import { Joined, State } from "./reduce.js"
 * @import { Connection, World } from "./socket.js"
 * @import { Model } from "./languages.js"
 *
 * @typedef {object} Options
 * @property {string} room
 * @property {string | null} token
 * @property {readonly string[]} langs none: the best for `preferred`
 * @property {readonly string[]} preferred
 * @property {string} stability
 * @property {"speaker" | "operator"} [role] of somebody who looks on, and is not counted
 * @property {number} [limit] finished segments kept
 * @property {boolean} [forever]
 * @property {() => void} onchange
 */
import { bestOf, fetchModels, languagesFor } from "./languages.js";
import { socketUrl } from "./places.js";
import { NOTHING, captionsIn, finishedOnly, reduce } from "./reduce.js";
import { Socket } from "./socket.js";

export class Reader {
  /** @type {State} */
  #state = NOTHING;
  #options;
  #socket;
  /** @type {readonly string[]} */
  #wanted;
  #stability;
  /** Whether everything is wanted that the room remembers, not only the last sentences. */
  #whole = false;
  #isStopped = false;
  /** @type {readonly Model[]} */
  #models = [];

  /** @type {Connection} */
  connection = { phase: "connecting", error: null, detail: "" };
  /** @type {Ready | null} the room, as it was last told */
  room = null;
  /** @type {Status | null} */
  status = null;
  /** When the reader came; another object when the captions begin anew. @type {Joined} */
  joined = { seq: 0, segment: 0 };
  /** Whether captions were missed that the server no longer has. */
  missed = false;
  /** The languages that are being read; none until that is known. @type {readonly string[]} */
  langs;

  /**
   * @param {Options} options
   * @param {World} [world]
   */
  constructor(options, world) {
    this.#options = options;
    this.#wanted = this.langs = options.langs;
    this.#stability = options.stability;
    this.#socket = new Socket(
      {
        url: () => this.#url(),
        onmessage: (message) => this.#receive(message),
        onchange: (connection) => this.#connected(connection),
        forever: options.forever ?? false,
      },
      world,
    );
  }

  async start() {
    this.#isStopped = false;
    const asked = this.#askForModels();
    if (this.#wanted.length === 0) {
      await asked;
      const best = bestOf(this.#options.preferred, languagesFor(this.#models, null));
      this.#wanted = this.langs = best ? [best] : [];
    }
    if (!this.#isStopped) this.#socket.open();
  }

  /** After it has been stopped. */
  tryAgain() {
    this.#socket.open();
  }

  stop() {
    this.#isStopped = true;
    this.#socket.stop();
  }

  /** Those of the first language. */
  get captions() {
    return this.captionsIn(this.language);
  }

  /** @param {string} lang */
  captionsIn(lang) {
    return captionsIn(this.#state, lang);
  }

  /** The first language; empty until it is known. */
  get language() {
    return this.langs[0] ?? "";
  }

  /** Those there are to choose from. */
  get languages() {
    const offered = languagesFor(this.#models, this.room);
    return [...offered, ...this.langs.filter((lang) => !offered.includes(lang))];
  }

  /** Those that were asked for and that the room does not have. */
  get unavailable() {
    return this.langs.length > 0 ? this.#wanted.filter((lang) => !this.langs.includes(lang)) : [];
  }

  /** @param {readonly string[]} langs */
  chooseLanguages(langs) {
    this.#wanted = langs;
    this.#read(langs);
  }

  /** @param {string} stability */
  chooseStability(stability) {
    this.#stability = stability;
    this.#state = finishedOnly(this.#state);
    this.#socket.open();
  }

  get isWhole() {
    return this.#whole;
  }

  /** Asks for all that the room remembers. */
  readWhole() {
    this.#whole = true;
    this.#state = { ...this.#state, seq: 0 };
    this.#socket.open();
  }

  async #askForModels() {
    this.#models = await fetchModels();
    this.#options.onchange();
  }

  /** @param {readonly string[]} langs */
  #read(langs) {
    this.langs = langs;
    this.#state = NOTHING;
    this.#socket.open();
  }

  #url() {
    const { room, token, role = null } = this.#options;
    const { seq, log } = this.#state;
    const since = seq ?? (this.#whole ? 0 : null);
    const query = { lang: this.langs.join(), stability: this.#stability, since, log, role, token };
    return socketUrl("listen", room, query);
  }

  /** @param {Message} message */
  #receive(message) {
    const before = this.#state;
    this.#state = reduce(before, message, this.#options.limit);
    if (message.type === "status") this.status = message;
    if (message.type === "ready") this.#joined(message, before);
    if (message.type === "caption") this.#served(message.lang);
    this.#options.onchange();
  }

  /** @param {Ready} ready @param {State} before */
  #joined(ready, before) {
    const sourceChanged = this.room !== null && this.room.source !== ready.source;
    this.room = ready;
    // What the room does not remember from its beginning on was never the reader's.
    this.missed ||= (ready.gap ?? false) && !(this.#whole && !before.seq);
    if (this.#models.length === 0) void this.#askForModels();
    // A server that was restarted while the reader was here has told it nothing yet.
    if (this.#state.seq === null) {
      this.joined = before.seq === null ? { seq: ready.seq, segment: ready.segment ?? 0 } : { seq: 0, segment: 0 };
    }
    const wanted = this.#wanted.length > 0 ? this.#wanted : [ready.source];
    if (this.langs.length === 0) this.#read([ready.source]);
    else if (sourceChanged && this.langs.join() !== wanted.join()) this.#read(wanted);
  }

  /** @param {string} lang of a caption: the server may know a language by a shorter tag, `de` for `de-AT` */
  #served(lang) {
    const asked = this.langs.includes(lang) ? lang : bestOf([lang], this.langs);
    if (asked === "" || asked === lang) return;
    const known = (/** @type {string} */ other) => (other === asked ? lang : other);
    this.#wanted = this.#wanted.map(known);
    this.langs = this.langs.map(known);
  }

  /** @param {Connection} connection */
  #connected(connection) {
    this.connection = connection;
    const refused = connection.error === "unsupported_pair" && connection.phase !== "connecting";
    if (refused) this.#readLess();
    this.#options.onchange();
  }

  /** Reads what there is of the languages; without any the room tells what is spoken, which can be read at least. */
  #readLess() {
    if (this.langs.length > 1) {
      const offered = languagesFor(this.#models, this.room);
      const there = this.langs.filter((lang) => bestOf([lang], offered));
      this.#read(there.length > 0 && there.length < this.langs.length ? there : this.langs.slice(0, -1));
    } else if (this.langs.length === 1 && this.language !== this.room?.source) this.#read([]);
  }
}
