/**
 * A network and a clock that do what a test says: the only things that are not real here.
 *
 * @import { World } from "../../web/lib/socket.js"
 */

export class FakeSocket {
  /** @type {any[]} decoded */
  sent = [];
  isClosed = false;
  /** @type {((event: { data: string }) => void) | null} */
  onmessage = null;
  /** @type {((event: { code: number }) => void) | null} */
  onclose = null;

  /** @param {string | URL} url */
  constructor(url) {
    this.url = new URL(url);
  }

  /** @param {string} frame */
  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.isClosed = true;
  }

  /** The server says something. @param {...object} messages */
  receive(...messages) {
    for (const message of messages)
      this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The server answers every ping so far that it has not answered. */
  pong() {
    for (const { type, t } of this.sent)
      if (type === "ping") this.receive({ type: "pong", t, server_ms: 0 });
  }

  /** The connection ends. @param {number} code @param {object} [error] that comes before */
  end(code, error) {
    if (error)
      this.receive({
        type: "error",
        message: "in words",
        retryable: false,
        ...error,
      });
    this.onclose?.({ code });
  }
}

export class FakeWorld extends EventTarget {
  /** @type {FakeSocket[]} */
  sockets = [];
  /** @type {Map<number, { at: number, run: () => void }>} */
  #timers = new Map();
  #now = 0;
  #last = 0;

  WebSocket = this.#connect();

  #connect() {
    const { sockets } = this;
    return class extends FakeSocket {
      /** @param {string | URL} url */
      constructor(url) {
        super(url);
        sockets.push(this);
      }
    };
  }

  /** @param {() => void} run @param {number} ms */
  setTimeout(run, ms) {
    this.#timers.set(++this.#last, { at: this.#now + ms, run });
    return this.#last;
  }

  /** @param {number} timer */
  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  /** Lets time pass. @param {number} ms */
  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const [due] = [...this.#timers]
        .filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at);
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].run();
    }
    this.#now = end;
  }

  get now() {
    return this.#now;
  }

  /** The newest connection. */
  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("nobody has connected yet");
    return socket;
  }

  /** As the code under test knows it. @returns {World} */
  get itself() {
    return /** @type {World} */ (/** @type {unknown} */ (this));
  }
}

/** @param {object} [fields] */
export function ready(fields) {
  return {
    type: "ready",
    protocol: 1,
    room: "hall",
    source: "en",
    targets: ["de"],
    seq: 0,
    models: {},
    ...fields,
  };
}

/** @param {number} seq @param {object} [fields] */
export function caption(seq, fields) {
  return {
    type: "caption",
    seq,
    segment: seq,
    revision: 1,
    lang: "de",
    stable: "",
    tentative: "",
    final: true,
    ...fields,
  };
}
