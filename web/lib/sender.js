/**
 * What speakers and operators have in common: a connection to `/speak`, what they are told there, and messages that are
 * sent again after a reconnect until the server has them.
 *
 * @import { Message, Outgoing, Ready, Status, Term } from "./protocol.js"
 * @import { Connection, World } from "./socket.js"
 *
 * @typedef {object} Options
 * @property {string} room
 * @property {string | null} token
 * @property {() => void} onchange
 *
 * @typedef {object} Queue of messages that the server has not yet confirmed
 * @property {readonly Outgoing[]} unconfirmed
 * @property {(ping: number) => void} sent
 * @property {() => void} lost
 * @property {(ping: number) => void} confirm
 */
import { socketUrl } from "./places.js";
import { Socket } from "./socket.js";

export class Sender {
  #options;
  #queue;
  #socket;

  /** @type {Connection} */
  connection = { phase: "connecting", error: null, detail: "" };
  /** The room, as it was last told. @type {Ready | null} */
  room = null;
  /** @type {Status | null} */
  status = null;
  /** The room's glossary. @type {readonly Term[]} */
  terms = [];
  /** What the server did not take, in its words. */
  refused = "";

  /**
   * @param {Options} options
   * @param {() => Record<string, string>} query asked for each connection
   * @param {Queue} queue
   * @param {World} [world]
   */
  constructor(options, query, queue, world) {
    this.#options = options;
    this.#queue = queue;
    this.#socket = new Socket(
      {
        url: () => socketUrl("speak", options.room, { ...query(), token: options.token }),
        onmessage: (message) => this.#receive(message),
        onready: () => this.#sendUnconfirmed(),
        onchange: (connection) => this.#connected(connection),
      },
      world,
    );
  }

  /** Connects, or does so again after it has been stopped. */
  start() {
    this.#socket.open();
  }

  /** @param {Outgoing} message @returns {boolean} whether there is a connection to send it on */
  send(message) {
    return this.#socket.send(message);
  }

  /** Asks the server to confirm what was sent so far. */
  ping() {
    this.#queue.sent(this.#socket.ping());
  }

  #sendUnconfirmed() {
    for (const message of this.#queue.unconfirmed) this.#socket.send(message);
    this.ping();
  }

  /** @param {Message} message */
  #receive(message) {
    if (message.type === "ready") {
      this.room = message;
      this.terms = [];
    }
    if (message.type === "glossary") this.terms = message.terms;
    if (message.type === "status") this.status = message;
    if (message.type === "pong") this.#queue.confirm(message.t);
    if (message.type === "error") this.refused = message.message;
    this.#options.onchange();
  }

  /** @param {Connection} connection */
  #connected(connection) {
    this.connection = connection;
    if (connection.phase !== "open") this.#queue.lost();
    this.#options.onchange();
  }
}
