// Speaks each line of stdin into a room; what the server has not acknowledged is sent again when it is cut off.
//
//   node examples/speak.mjs ws://127.0.0.1:8000 hall en
//
// (Node.js 22 or newer; 20 needs --experimental-websocket.)
import { createInterface } from "node:readline";

const [url = "ws://127.0.0.1:8000", room = "hall", source = "en", token = ""] = process.argv.slice(2);
/** @type {Map<number, string>} finals by utterance, in order, until the pong after them */
const kept = new Map();
/** @type {WebSocket | undefined} */
let socket;
// Counts on from the time, so that a speaker who starts again never reuses a number.
let utterance = Date.now();
let ended = false;
let refused = false;
let delayMs = 250;

function connect() {
  socket = new WebSocket(`${url}/v1/rooms/${room}/speak?${new URLSearchParams({ source, token })}`);
  socket.onopen = () => kept.forEach(send);
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  // Fails together with `onclose`, which knows what to do.
  socket.onerror = () => {};
  socket.onclose = () => {
    if (refused || (ended && !kept.size)) process.exit(refused ? 1 : 0);
    setTimeout(connect, Math.random() * delayMs);
    delayMs = Math.min(2 * delayMs, 10_000);
  };
}

/** @param {string} text @param {number} number */
function send(text, number) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ type: "final", text, utterance: number }));
  socket.send(JSON.stringify({ type: "ping", t: number }));
}

/** @param {Record<string, any>} message */
function receive(message) {
  refused = message.type === "error" && !message.retryable;
  if (message.type === "ready") delayMs = 250;
  if (message.type === "error") console.error(`${message.code}: ${message.message}`);
  if (message.type === "pong") kept.delete(message.t);
  if (ended && !kept.size) socket?.close();
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    utterance += 1;
    kept.set(utterance, line);
    send(line, utterance);
  })
  .on("close", () => {
    ended = true;
    if (!kept.size) socket?.close();
  });
connect();
