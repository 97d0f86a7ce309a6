/**
 * Plays a talk at its own pace, or faster.
 *
 * @import { Event } from "./talk.js"
 *
 * @typedef {object} Handlers
 * @property {(event: Event) => void} onevent
 * @property {() => void} onchange it plays, pauses or has ended
 *
 * @typedef {Pick<typeof globalThis, "setTimeout" | "clearTimeout"> & { readonly now: number }} Clock
 */
import { lengthOf } from "./talk.js";

/** @type {Clock} */
const CLOCK = {
  setTimeout: globalThis.setTimeout.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
  get now() {
    return performance.now();
  },
};

export class Player {
  #handlers;
  #clock;
  /** @type {readonly Event[]} */
  #events = [];
  #next = 0;
  #speed = 1;
  /** Where in the talk it was when it last began to play, and when that was. */
  #from = { at: 0, since: 0 };
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;

  /** @param {Handlers} handlers @param {Clock} [clock] */
  constructor(handlers, clock = CLOCK) {
    this.#handlers = handlers;
    this.#clock = clock;
  }

  get isPlaying() {
    return this.#timer !== null;
  }

  /** Whether it has begun, and not ended. */
  get isUnderway() {
    return this.#next > 0 && this.#next < this.#events.length;
  }

  /** In ms, of the talk. */
  get position() {
    const { at, since } = this.#from;
    return Math.min(this.isPlaying ? at + (this.#clock.now - since) * this.#speed : at, lengthOf(this.#events));
  }

  /** From the beginning. @param {readonly Event[]} events */
  play(events) {
    this.stop();
    this.#events = events;
    this.resume();
  }

  resume() {
    if (this.isPlaying || this.#next >= this.#events.length) return;
    this.#from.since = this.#clock.now;
    this.#wait();
    this.#handlers.onchange();
  }

  pause() {
    if (!this.isPlaying) return;
    this.#halt();
    this.#handlers.onchange();
  }

  /** Forgets the talk. */
  stop() {
    this.#halt();
    this.#events = [];
    this.#next = 0;
    this.#from.at = 0;
    this.#handlers.onchange();
  }

  /** @param {number} speed 2: twice as fast */
  chooseSpeed(speed) {
    const wasPlaying = this.isPlaying;
    this.#halt();
    this.#speed = speed;
    if (wasPlaying) this.resume();
  }

  #halt() {
    this.#from.at = this.position;
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait() {
    const due = this.#events[this.#next]?.at ?? 0;
    this.#timer = this.#clock.setTimeout(() => this.#tell(), Math.max(0, (due - this.position) / this.#speed));
  }

  #tell() {
    const event = this.#events[this.#next++];
    if (this.#next < this.#events.length) this.#wait();
    else this.#halt();
    if (event) this.#handlers.onevent(event);
    if (!this.isPlaying) this.#handlers.onchange();
  }
}
