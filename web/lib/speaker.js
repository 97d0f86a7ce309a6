/**
 * The speaker's side of a room: nothing that was said is lost when the connection is.
 *
 * @import { CancelUtterance, Final, Message, Partial, Status } from "./protocol.js"
 * @import { Connection, World } from "./socket.js"
 *
 * @typedef {object} Options
 * @property {string} room
 * @property {string | null} token
 * @property {string} source
 * @property {() => void} onchange
 */
import { Outbox } from "./outbox.js";
import { socketUrl } from "./places.js";
import { Socket } from "./socket.js";

export class Speaker {
  #outbox = new Outbox();
  #options;
  #source;
  #socket;

  /** @type {Connection} */
  connection = { phase: "connecting", error: null, detail: "" };
  /** @type {Status | null} */
  status = null;
  /** What the server did not take, in its words. */
  refused = "";

  /**
   * @param {Options} options
   * @param {World} [world]
   */
  constructor(options, world) {
    this.#options = options;
    this.#source = options.source;
    this.#socket = new Socket(
      {
        url: () => socketUrl("speak", options.room, { source: this.#source, token: options.token }),
        onmessage: (message) => this.#receive(message),
        onready: () => this.#sendUnconfirmed(),
        onchange: (connection) => this.#connected(connection),
      },
      world,
    );
  }

  /** Speaks in the room, or speaks there again after another took it over. */
  start() {
    this.#socket.open();
  }

  /** @param {string} source */
  chooseSource(source) {
    this.#source = source;
    this.#socket.open();
  }

  /** @param {Partial | Final | CancelUtterance} message */
  say(message) {
    const isSent = this.#socket.send(message);
    this.#outbox.put(message, isSent);
    if (message.type !== "partial") {
      this.refused = "";
      if (isSent) this.#outbox.sent(this.#socket.ping());
    }
    this.#options.onchange();
  }

  /** @param {number} utterance that is closed */
  stateOf(utterance) {
    return this.#outbox.stateOf(utterance);
  }

  #sendUnconfirmed() {
    for (const message of this.#outbox.unconfirmed) this.#socket.send(message);
    this.#outbox.sent(this.#socket.ping());
  }

  /** @param {Message} message */
  #receive(message) {
    if (message.type === "status") this.status = message;
    if (message.type === "pong") this.#outbox.confirm(message.t);
    if (message.type === "error") this.refused = message.message;
    this.#options.onchange();
  }

  /** @param {Connection} connection */
  #connected(connection) {
    this.connection = connection;
    if (connection.phase !== "open") this.#outbox.lost();
    this.#options.onchange();
  }
}
