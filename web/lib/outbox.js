/**
 * What was said and the server has not yet confirmed. No I/O: the socket asks what to send.
 *
 * The server answers pings in order, so the pong of a ping confirms everything that was sent before that ping.
 *
 * @import { CancelUtterance, Final, Partial } from "./protocol.js"
 */

/**
 * Messages in order, until they are confirmed.
 *
 * @template M
 */
export class Unconfirmed {
  /** @type {{ message: M, ping: number | null }[]} `ping` is the first one sent after the message */
  #entries = [];

  get unconfirmed() {
    return this.#entries.map(({ message }) => message);
  }

  /** @param {M} message */
  put(message) {
    this.#entries.push({ message, ping: null });
  }

  /** All have been sent, and this ping after them. @param {number} ping */
  sent(ping) {
    for (const entry of this.#entries) entry.ping ??= ping;
  }

  /** The connection is lost, and with it the pongs that were to come. */
  lost() {
    for (const entry of this.#entries) entry.ping = null;
  }

  /** @param {number} ping whose pong has come */
  confirm(ping) {
    this.#entries = this.#entries.filter((entry) => entry.ping === null || entry.ping > ping);
  }

  /**
   * @param {(message: M) => boolean} isIt
   * @returns {"waiting" | "sent" | "received"}
   */
  stateOf(isIt) {
    const entry = this.#entries.find(({ message }) => isIt(message));
    if (!entry) return "received";
    return entry.ping === null ? "waiting" : "sent";
  }
}

/** Of a speaker. */
export class Outbox {
  /** @type {Partial | null} the newest of the open utterance */
  #open = null;
  /** @type {number | null} the newest utterance that the server may have heard of */
  #told = null;
  /** @type {Unconfirmed<Final | CancelUtterance>} */
  #closings = new Unconfirmed();

  /**
   * @param {Partial | Final | CancelUtterance} message
   * @param {boolean} isSent
   */
  put(message, isSent) {
    if (message.type === "partial") {
      this.#open = message;
      if (isSent) this.#told = message.utterance;
      return;
    }
    if (this.#open?.utterance === message.utterance) this.#open = null;
    // Nobody has to be told to forget what they never heard of.
    if (message.type === "final" || message.utterance === this.#told) this.#closings.put(message);
  }

  /** What a fresh connection has to send, in order. */
  get unconfirmed() {
    const messages = this.#closings.unconfirmed;
    return this.#open ? [...messages, this.#open] : messages;
  }

  /**
   * Everything so far has been sent, and this ping after it.
   * @param {number} ping
   */
  sent(ping) {
    this.#told = this.#open?.utterance ?? this.#told;
    this.#closings.sent(ping);
  }

  /** The connection is lost. */
  lost() {
    this.#closings.lost();
  }

  /** @param {number} ping whose pong has come */
  confirm(ping) {
    this.#closings.confirm(ping);
  }

  /** @param {number} utterance that is closed */
  stateOf(utterance) {
    return this.#closings.stateOf((message) => message.utterance === utterance);
  }
}
