/**
 * Makes a room.
 *
 * @typedef {{ room: string, tokens: { speaker: string, operator: string, reader: string }, expires_at: string | null }} Made
 */
import { roomsUrl } from "../lib/places.js";

const TIMEOUT_MS = 10_000;

/** @typedef {"no_key" | "wrong_key" | "refused" | "unreachable"} Reason */

/** Why no room was made. */
export class Refused extends Error {
  /** @param {Reason} reason @param {string} [detail] the server's own words on it */
  constructor(reason, detail = "") {
    super(`${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
  }
}

/**
 * @param {string} room its name
 * @param {string} key the organiser's, where the server asks for one
 * @returns {Promise<Made>}
 * @throws {Refused}
 */
export async function makeRoom(room, key) {
  const answer = await ask(room, key);
  const body = await answer.json().catch(() => null);
  if (answer.status === 201 && body) return body;
  if (answer.status === 401) throw new Refused(key ? "wrong_key" : "no_key");
  throw new Refused("refused", body?.message ?? String(answer.status));
}

/** @param {string} room @param {string} key */
async function ask(room, key) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Authorization"] = `Bearer ${key}`;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(roomsUrl(), { method: "POST", headers, body: JSON.stringify({ room }), signal });
  } catch {
    throw new Refused("unreachable");
  }
}
