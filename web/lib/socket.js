/**
 * A WebSocket that comes back: it reconnects with exponential backoff and full jitter, at once when the browser is
 * online again, and stops where trying again cannot help.
 *
 * @import { Message, Outgoing, Ready, ServerError } from "./protocol.js"
 *
 * @typedef {object} Connection
 * @property {"connecting" | "open" | "waiting" | "stopped"} phase
 * @property {string | null} error the code of the error that came with the last close
 * @property {string} detail the server's own words on it
 *
 * @typedef {object} Options
 * @property {() => URL} url asked for each connection
 * @property {(message: Message) => void} onmessage
 * @property {(connection: Connection) => void} onchange
 * @property {(ready: Ready) => void} [onready] once for each connection, after `onmessage`
 * @property {boolean} [forever] never stops: for a screen that nobody attends
 *
 * @typedef {Pick<typeof globalThis, "WebSocket" | "setTimeout" | "clearTimeout" | "addEventListener">} World
 */
import { VERSION, decode } from "./protocol.js";

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 10_000;
const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const READY_MS = 15_000;
const PONG_MS = 5_000;

/** Closes that another try cannot help, where no error says otherwise. */
const HOPELESS = new Set([1009, 4400, 4401, 4403, 4404, 4409]);
const LOST = 1006;

export class Socket {
  #options;
  #world;
  #random;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Connection} */
  #connection = { phase: "connecting", error: null, detail: "" };
  /** @type {ServerError | null} the newest frame, where that was an error */
  #error = null;
  #attempt = 0;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pingTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silenceTimer;

  /**
   * @param {Options} options
   * @param {World} [world]
   * @param {() => number} [random]
   */
  constructor(options, world = globalThis, random = Math.random) {
    this.#options = options;
    this.#world = world;
    this.#random = random;
    world.addEventListener("online", () => this.#online());
  }

  /** Connects; where it is connected already, anew with what `url` now says. */
  open() {
    this.close();
    this.#error = null;
    const socket = new this.#world.WebSocket(this.#options.url());
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code);
    this.#socket = socket;
    this.#expectFrame(READY_MS);
    this.#change({ ...this.#connection, phase: "connecting" });
  }

  close() {
    for (const timer of [this.#retryTimer, this.#pingTimer, this.#silenceTimer]) this.#world.clearTimeout(timer);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  /** Closes for good, or until `open`. */
  stop() {
    this.close();
    this.#change({ phase: "stopped", error: null, detail: "" });
  }

  /** @param {Outgoing} message @returns {boolean} whether there is a connection to send it on */
  send(message) {
    if (this.#connection.phase !== "open") return false;
    this.#socket?.send(JSON.stringify(message));
    return true;
  }

  /** @returns {number} what its pong will carry */
  ping() {
    const t = ++this.#pings;
    this.send({ type: "ping", t });
    return t;
  }

  #online() {
    if (this.#connection.phase === "waiting") this.open();
    if (this.#connection.phase !== "open") return;
    // Another network, perhaps, on which this connection is dead without a word.
    this.ping();
    this.#expectFrame(PONG_MS);
  }

  /** @param {unknown} frame */
  #receive(frame) {
    this.#expectFrame(SILENCE_MS);
    const message = decode(frame);
    if (!message) return;
    this.#error = message.type === "error" ? message : null;
    const opens = message.type === "ready" && this.#connection.phase !== "open";
    if (opens && message.protocol !== VERSION) return this.#stop("outdated", "");
    if (opens) this.#opened();
    this.#options.onmessage(message);
    if (opens) this.#options.onready?.(message);
  }

  #opened() {
    this.#pingTimer = this.#world.setTimeout(() => this.#keepAlive(), PING_MS);
    this.#change({ phase: "open", error: null, detail: "" });
  }

  #keepAlive() {
    // A connection that has lasted this long is a good one; one that is lost at once again has to wait longer.
    this.#attempt = 0;
    this.ping();
    this.#pingTimer = this.#world.setTimeout(() => this.#keepAlive(), PING_MS);
  }

  /** @param {number} ms */
  #expectFrame(ms) {
    this.#world.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = this.#world.setTimeout(() => this.#closed(LOST), ms);
  }

  /** @param {number} code */
  #closed(code) {
    const error = code === LOST ? null : this.#error;
    this.close();
    const hopeless = error ? !error.retryable : HOPELESS.has(code);
    if (hopeless && !this.#options.forever) return this.#stop(error?.code ?? String(code), error?.message ?? "");
    const longest = hopeless ? LONGEST_RETRY_MS : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt++);
    this.#retryTimer = this.#world.setTimeout(() => this.open(), this.#random() * longest);
    this.#change({ phase: "waiting", error: error?.code ?? null, detail: error?.message ?? "" });
  }

  /** @param {string} error @param {string} detail */
  #stop(error, detail) {
    this.close();
    this.#change({ phase: "stopped", error, detail });
  }

  /** @param {Connection} connection */
  #change(connection) {
    this.#connection = connection;
    this.#options.onchange(connection);
  }
}
