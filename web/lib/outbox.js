/**
 * What a speaker has said and the server has not yet confirmed. No I/O: the socket asks what to send.
 *
 * The server answers pings in order, so the pong of a ping confirms everything that was sent before that ping.
 *
 * @import { CancelUtterance, Final, Partial } from "./protocol.js"
 * @typedef {{ message: Final | CancelUtterance, ping: number | null }} Closing `ping` is the first one sent after it
 */
export class Outbox {
  /** @type {Partial | null} the newest of the open utterance */
  #open = null;
  /** @type {number | null} the newest utterance that the server may have heard of */
  #told = null;
  /** @type {Closing[]} */
  #closings = [];

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
    if (message.type === "final" || message.utterance === this.#told) this.#closings.push({ message, ping: null });
  }

  /** What a fresh connection has to send, in order. */
  get unconfirmed() {
    const messages = this.#closings.map((closing) => closing.message);
    return this.#open ? [...messages, this.#open] : messages;
  }

  /**
   * Everything so far has been sent, and this ping after it.
   * @param {number} ping
   */
  sent(ping) {
    this.#told = this.#open?.utterance ?? this.#told;
    for (const closing of this.#closings) closing.ping ??= ping;
  }

  /** The connection is lost, and with it the pongs that were to come. */
  lost() {
    for (const closing of this.#closings) closing.ping = null;
  }

  /** @param {number} ping whose pong has come */
  confirm(ping) {
    this.#closings = this.#closings.filter((closing) => closing.ping === null || closing.ping > ping);
  }

  /**
   * @param {number} utterance that is closed
   * @returns {"waiting" | "sent" | "received"}
   */
  stateOf(utterance) {
    const closing = this.#closings.find(({ message }) => message.utterance === utterance);
    if (!closing) return "received";
    return closing.ping === null ? "waiting" : "sent";
  }
}
