/**
 * What is going on, in words that tell a person what to do.
 *
 * @import { Connection } from "./socket.js"
 */

const OFFLINE = "You are offline. This goes on by itself when you are back.";

/** @type {Record<string, string>} */
const PROBLEMS = {
  bad_request: "This address is not quite right. Check the room's name, or ask for the link again.",
  unauthorized: "This room needs a key. Ask the host for a fresh link.",
  forbidden: "This link does not give access here. Ask the host for the right one.",
  no_room: "There is no such room. Check the name, or ask the host for the link.",
  unsupported_pair: "There is no translation for this language here. Please choose another.",
  replaced: "Another speaker took over this room.",
  quota_exceeded: "This room has used up what it may. Ask the host.",
  outdated: "The server has been updated. Reload this page.",
};

/** Where a close came without its error. @type {Record<string, string>} */
const BY_CLOSE = {
  4400: "bad_request",
  4401: "unauthorized",
  4403: "forbidden",
  4404: "no_room",
  4409: "replaced",
};

/**
 * @param {Connection} connection
 * @param {boolean} isOnline whether the browser thinks so
 */
export function brief({ phase }, isOnline) {
  if (phase === "open") return "Connected";
  if (phase === "stopped") return "Disconnected";
  if (!isOnline) return "Offline";
  return phase === "connecting" ? "Connecting…" : "Reconnecting…";
}

/**
 * @param {Connection} connection
 * @param {boolean} isOnline
 * @returns {string} empty where there is nothing to explain
 */
export function explain({ phase, error, detail }, isOnline) {
  if (phase === "open") return "";
  if (phase !== "stopped" && !isOnline) return OFFLINE;
  const problem = PROBLEMS[BY_CLOSE[error ?? ""] ?? error ?? ""];
  if (problem || phase !== "stopped") return problem ?? "";
  return detail ? `The server has ended the connection: ${detail}.` : "The server has ended the connection.";
}
