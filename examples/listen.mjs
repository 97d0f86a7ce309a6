// Prints a room's finished sentences; where it is cut off it comes back, and misses nothing.
//
//   node examples/listen.mjs ws://127.0.0.1:8000 hall de
//
// (Node.js 22 or newer; 20 needs --experimental-websocket. A browser has all of this but process.argv.)

const [url = "ws://127.0.0.1:8000", room = "hall", lang = "de", token = ""] = process.argv.slice(2);
const place = { since: "", log: "" };
let refused = false;
let delayMs = 250;

function connect() {
  const query = new URLSearchParams({ lang, stability: "final", token, ...place });
  const socket = new WebSocket(`${url}/v1/rooms/${room}/listen?${query}`);
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  // Fails together with `onclose`, which knows what to do.
  socket.onerror = () => {};
  socket.onclose = () => {
    if (refused) return;
    setTimeout(connect, Math.random() * delayMs);
    delayMs = Math.min(2 * delayMs, 10_000);
  };
}

/** @param {Record<string, any>} message */
function receive(message) {
  refused = message.type === "error" && !message.retryable;
  switch (message.type) {
    case "ready":
      if (message.gap) console.error("something was missed");
      // In another log our place means nothing.
      if (message.log !== place.log) place.since = "";
      place.log = message.log;
      delayMs = 250;
      return;
    case "caption":
      console.log(`${message.segment}: ${message.stable}`);
      break;
    case "cancel":
      console.log(`${message.segment} is withdrawn`);
      break;
    case "clear":
      console.log(`a new talk: ${message.title ?? ""}`);
      break;
    case "error":
      console.error(`${message.code}: ${message.message}`);
      return;
    default:
      return;
  }
  place.since = message.seq;
}

connect();
