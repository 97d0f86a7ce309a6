/**
 * Makes a room.
 *
 * @typedef {{ room: string, tokens: { speaker: string, operator: string, reader: string }, expires_at: string | null }} Made
 */
import { roomsUrl } from "../lib/places.js";

const TIMEOUT_MS = 10_000;

/** Why no room was made, in words for the person. */
export class Refused extends Error {
  /** @param {string} message @param {boolean} needsKey */
  constructor(message, needsKey) {
    super(message);
    this.needsKey = needsKey;
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
  const needsKey = answer.status === 401;
  if (needsKey && !key) throw new Refused("This server needs its organiser's key to make a room.", true);
  throw new Refused(`The server did not make the room: ${body?.message ?? answer.status}.`, needsKey);
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
    throw new Refused("The server cannot be reached. Please try again.", false);
  }
}
