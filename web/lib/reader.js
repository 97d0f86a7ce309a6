/**
 * A reader of one room in one language: what the captions page and the display share.
 *
 * @import { Message, Ready, Status } from "./protocol.js"
 * @import { Joined, State } from "./reduce.js"
 * @import { Connection, World } from "./socket.js"
 * @import { Model } from "./languages.js"
 *
 * @typedef {object} Options
 * @property {string} room
 * @property {string | null} token
 * @property {string} lang empty: the best for `preferred`
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
  #wanted;
  #stability;
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
  /** The language that is being read; empty until it is known. */
  language;

  /**
   * @param {Options} options
   * @param {World} [world]
   */
  constructor(options, world) {
    this.#options = options;
    this.#wanted = this.language = options.lang;
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
    const asked = this.#askForModels();
    if (!this.#wanted) {
      await asked;
      this.#wanted = this.language = bestOf(this.#options.preferred, languagesFor(this.#models, null));
    }
    this.#socket.open();
  }

  /** After it has been stopped. */
  tryAgain() {
    this.#socket.open();
  }

  get captions() {
    return captionsIn(this.#state, this.language);
  }

  /** Those there are to choose from. */
  get languages() {
    const offered = languagesFor(this.#models, this.room);
    return offered.includes(this.language) || !this.language ? offered : [...offered, this.language];
  }

  /** The language that was asked for, where the room does not have it. */
  get unavailable() {
    return this.language && this.language !== this.#wanted ? this.#wanted : "";
  }

  /** @param {string} language */
  chooseLanguage(language) {
    this.#wanted = language;
    this.#read(language);
  }

  /** @param {string} stability */
  chooseStability(stability) {
    this.#stability = stability;
    this.#state = finishedOnly(this.#state);
    this.#socket.open();
  }

  async #askForModels() {
    this.#models = await fetchModels();
    this.#options.onchange();
  }

  /** @param {string} language */
  #read(language) {
    this.language = language;
    this.#state = NOTHING;
    this.#socket.open();
  }

  #url() {
    const { room, token, role = null } = this.#options;
    const { seq, log } = this.#state;
    const query = { lang: this.language, stability: this.#stability, since: seq, log, role, token };
    return socketUrl("listen", room, query);
  }

  /** @param {Message} message */
  #receive(message) {
    const before = this.#state;
    this.#state = reduce(before, message, this.#options.limit);
    if (message.type === "status") this.status = message;
    if (message.type === "ready") this.#joined(message, before);
    if (message.type === "caption" && this.language) this.#served(message.lang);
    this.#options.onchange();
  }

  /** @param {Ready} ready @param {State} before */
  #joined(ready, before) {
    const sourceChanged = this.room !== null && this.room.source !== ready.source;
    this.room = ready;
    this.missed ||= ready.gap ?? false;
    if (this.#models.length === 0) void this.#askForModels();
    // A server that was restarted while the reader was here has told it nothing yet.
    if (this.#state.seq === null) {
      this.joined = before.seq === null ? { seq: ready.seq, segment: ready.segment ?? 0 } : { seq: 0, segment: 0 };
    }
    const wanted = this.#wanted || ready.source;
    if (!this.language) this.#read(ready.source);
    else if (sourceChanged && this.language !== wanted) this.#read(wanted);
  }

  /** @param {string} lang of a caption: the server may know a language by a shorter tag, `de` for `de-AT` */
  #served(lang) {
    if (this.#wanted === this.language) this.#wanted = lang;
    this.language = lang;
  }

  /** @param {Connection} connection */
  #connected(connection) {
    this.connection = connection;
    const refused = connection.error === "unsupported_pair" && connection.phase !== "connecting";
    // Without a language the room tells what is spoken, which can be read at least.
    if (refused && this.language && this.language !== this.room?.source) this.#read("");
    this.#options.onchange();
  }
}
