/**
 * Saves what was said as a file. It is fetched, since a link would carry the token into the browser's list of downloads.
 *
 * @import { Phrases } from "./i18n.js"
 */
import { transcriptUrl } from "./places.js";

const TIMEOUT_MS = 60_000;

/**
 * @typedef {object} Wanted
 * @property {string} room
 * @property {readonly string[]} langs
 * @property {string} format "srt", "vtt", "txt" or "json"
 * @property {string} token empty where there is none
 */

/**
 * @param {Wanted} wanted
 * @param {Phrases} phrases
 * @returns {Promise<string>} why there is no file, in words for the person; else empty
 */
export async function saveTranscript(wanted, phrases) {
  try {
    const answer = await ask(wanted);
    if (!answer.ok) return phrases.text("transcripts.failed", { detail: await messageOf(answer) });
    save(await answer.blob(), nameOf(answer));
    return "";
  } catch {
    return phrases.text("problem.unreachable");
  }
}

/** @param {Wanted} wanted */
function ask({ room, langs, format, token }) {
  /** @type {Record<string, string>} */
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const url = transcriptUrl(format, room, { lang: langs.join() });
  return fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** @param {Response} answer */
async function messageOf(answer) {
  const body = await answer.json().catch(() => null);
  return body?.message ?? String(answer.status);
}

/** @param {Response} answer @returns {string} what the server calls the file, after its room and talk */
function nameOf(answer) {
  const told = answer.headers.get("Content-Disposition") ?? "";
  const [, quoted, encoded] = /filename="([^"]+)"|filename\*=UTF-8''(\S+)/.exec(told) ?? [];
  return quoted ?? decodeURIComponent(encoded ?? "");
}

/** @param {Blob} file @param {string} name */
function save(file, name) {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  // The browser reads it after this returns.
  setTimeout(() => URL.revokeObjectURL(url), TIMEOUT_MS);
}
