/**
 * The speaker's side of a room: nothing that was said is lost when the connection is.
 *
 * @import { CancelUtterance, Final, Partial } from "./protocol.js"
 * @import { Options } from "./sender.js"
 * @import { World } from "./socket.js"
 */
import { Outbox } from "./outbox.js";
import { Sender } from "./sender.js";

export class Speaker extends Sender {
  #outbox;
  #onchange;
  #source;

  /** @param {Options & { source: string }} options @param {World} [world] */
  constructor(options, world) {
    const outbox = new Outbox();
    super(options, () => ({ source: this.#source }), outbox, world);
    this.#outbox = outbox;
    this.#onchange = options.onchange;
    this.#source = options.source;
  }

  /** @param {string} source */
  chooseSource(source) {
    this.#source = source;
    this.start();
  }

  /** @param {Partial | Final | CancelUtterance} message */
  say(message) {
    const isSent = this.send(message);
    this.#outbox.put(message, isSent);
    if (message.type !== "partial") {
      this.refused = "";
      if (isSent) this.ping();
    }
    this.#onchange();
  }

  /** @param {number} utterance that is closed */
  stateOf(utterance) {
    return this.#outbox.stateOf(utterance);
  }
}
