/**
 * What is going on, in words that tell a person what to do.
 *
 * @import { Phrases } from "./i18n.js"
 * @import { Connection } from "./socket.js"
 */

/** Errors that a person can do something about. */
const PROBLEMS = /** @type {const} */ ([
  "bad_request",
  "unauthorized",
  "forbidden",
  "no_room",
  "unsupported_pair",
  "replaced",
  "quota_exceeded",
  "outdated",
]);

/** Where a close came without its error. @type {Record<string, string>} */
const BY_CLOSE = {
  4400: "bad_request",
  4401: "unauthorized",
  4403: "forbidden",
  4404: "no_room",
  4409: "replaced",
};

/**
 * @param {Phrases} phrases
 * @param {Connection} connection
 * @param {boolean} isOnline whether the browser thinks so
 */
export function brief(phrases, { phase }, isOnline) {
  if (phase === "open") return phrases.text("state.connected");
  if (phase === "stopped") return phrases.text("state.disconnected");
  if (!isOnline) return phrases.text("state.offline");
  return phrases.text(phase === "connecting" ? "state.connecting" : "state.reconnecting");
}

/**
 * @param {Phrases} phrases
 * @param {Connection} connection
 * @param {boolean} isOnline
 * @returns {string} empty where there is nothing to explain
 */
export function explain(phrases, { phase, error, detail }, isOnline) {
  if (phase === "open") return "";
  if (phase !== "stopped" && !isOnline) return phrases.text("problem.offline");
  const code = BY_CLOSE[error ?? ""] ?? error;
  const problem = PROBLEMS.find((known) => known === code);
  if (problem) return phrases.text(`problem.${problem}`);
  if (phase !== "stopped") return "";
  return detail ? phrases.text("problem.ended_with", { detail }) : phrases.text("problem.ended");
}
