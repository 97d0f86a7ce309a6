/**
 * What is going on, in words that tell a person what to do.
 *
 * @import { Connection } from "./socket.js"
 */

/** @type {Record<string, string>} */
const STOPPED = {
  bad_request: "This address is not quite right. Check the room's name, or ask for the link again.",
  unauthorized: "This room needs a key. Ask the host for a fresh link.",
  forbidden: "This link does not give access here. Ask the host for the right one.",
  no_room: "There is no such room. Check the name, or ask the host for the link.",
  unsupported_pair: "There is no translation into this language here. Please choose another.",
  replaced: "Another speaker took over this room.",
  quota_exceeded: "This room has used up what it may. Ask the host.",
  outdated: "The server has been updated. Reload this page.",
};

/** @type {Record<string, string>} */
const BY_CLOSE = {
  1009: "bad_request",
  4400: "bad_request",
  4401: "unauthorized",
  4403: "forbidden",
  4404: "no_room",
  4409: "replaced",
};

/**
 * @param {Connection} connection
 * @param {boolean} [online]
 * @returns {string}
 */
export function describe(connection, online = navigator.onLine) {
  switch (connection.phase) {
    case "open":
      return "Connected";
    case "stopped":
      return explain(connection);
    default:
      if (!online) return "You are offline. This goes on by itself when you are back.";
      if (connection.phase === "connecting") return "Connecting…";
      return STOPPED[connection.error ?? ""] ?? "Connection lost. Trying again…";
  }
}

/** @param {Connection} connection */
function explain({ error, detail }) {
  const code = BY_CLOSE[error ?? ""] ?? error ?? "";
  return STOPPED[code] ?? `The server has ended the connection${detail && `: ${detail}`}.`;
}
