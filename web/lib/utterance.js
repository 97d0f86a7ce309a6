/**
 * Turns text that grows, from a keyboard or a microphone, into numbered utterances.
 *
 * @import { CancelUtterance, Final, Partial } from "./protocol.js"
 * @typedef {Pick<typeof globalThis, "setTimeout" | "clearTimeout">} Timers
 */
import { MAX_TEXT } from "./protocol.js";

/** Partials are no closer together than this; the newest is always sent. */
const THROTTLE_MS = 150;

export class Utterances {
  #send;
  #next;
  #timers;
  /** @type {number | null} */
  #open = null;
  #newest = "";
  #sent = "";
  /** @type {ReturnType<typeof setTimeout> | null} runs while the next partial has to wait */
  #throttle = null;
  /** @type {string[]} sentences that wait for the open utterance to close */
  #inserts = [];

  /**
   * @param {(message: Partial | Final | CancelUtterance) => void} send
   * @param {number} first number; the time, so that a page that is opened again uses no number twice
   * @param {Timers} [timers]
   */
  constructor(send, first, timers = globalThis) {
    this.#send = send;
    this.#next = first;
    this.#timers = timers;
  }

  /**
   * The whole text of the open utterance so far. Opens one where none is; no text withdraws it.
   * @param {string} text
   */
  partial(text) {
    const cleaned = clean(text);
    if (!cleaned) return this.cancel();
    this.#open ??= this.#next++;
    this.#newest = cleaned;
    if (this.#throttle === null) this.#sendNewest();
  }

  /**
   * Closes the open utterance.
   * @param {string} text
   */
  final(text) {
    const cleaned = clean(text);
    if (!cleaned) return this.cancel();
    this.#close({ type: "final", text: cleaned, utterance: this.#open ?? this.#next++ });
  }

  /** Withdraws the open utterance, if there is one. */
  cancel() {
    if (this.#open !== null) this.#close({ type: "cancel", utterance: this.#open });
  }

  /**
   * A whole sentence of its own: now, or as soon as the open utterance is closed.
   * @param {string} text
   */
  insert(text) {
    if (this.#open === null) this.final(text);
    else this.#inserts.push(text);
  }

  /** @param {Final | CancelUtterance} message */
  #close(message) {
    this.#open = null;
    this.#newest = this.#sent = "";
    if (this.#throttle !== null) this.#timers.clearTimeout(this.#throttle);
    this.#throttle = null;
    this.#send(message);
    const insert = this.#inserts.shift();
    if (insert !== undefined) this.final(insert);
  }

  #sendNewest() {
    this.#throttle = null;
    if (this.#open === null || this.#newest === this.#sent) return;
    this.#sent = this.#newest;
    this.#send({ type: "partial", text: this.#newest, utterance: this.#open });
    this.#throttle = this.#timers.setTimeout(() => this.#sendNewest(), THROTTLE_MS);
  }
}

/**
 * Keeps to what the server takes: no control characters, no half of a surrogate pair, no more than its limit.
 * @param {string} text
 */
function clean(text) {
  return text
    .slice(0, MAX_TEXT)
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, "")
    .trim();
}
