/**
 * An operator's side of a room, beside its speaker.
 *
 * @import { CancelUtterance, ClearRoom, Correct, Glossary } from "./protocol.js"
 * @import { Options } from "./sender.js"
 * @import { World } from "./socket.js"
 *
 * @typedef {Correct | Glossary | CancelUtterance | ClearRoom} Request
 */
import { Unconfirmed } from "./outbox.js";
import { Sender } from "./sender.js";

export class Operator extends Sender {
  #requests;
  #onchange;

  /** @param {Options} options @param {World} [world] */
  constructor(options, world) {
    const requests = /** @type {Unconfirmed<Request>} */ (new Unconfirmed());
    super(options, () => ({ role: "operator" }), requests, world);
    this.#requests = requests;
    this.#onchange = options.onchange;
  }

  /** @param {Request} request */
  ask(request) {
    this.refused = "";
    this.#requests.put(request);
    if (this.send(request)) this.ping();
    this.#onchange();
  }

  /** @param {Request} request that was asked for */
  stateOf(request) {
    return this.#requests.stateOf((other) => other === request);
  }
}
