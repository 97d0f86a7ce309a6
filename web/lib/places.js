/** Where things are. The service may live under a path of its own: everything is relative to this module. */

const ROOT = new URL("../../", import.meta.url);

/** What the server allows as a room's name; as an HTML `pattern`. */
export const ROOM_PATTERN = "[A-Za-z0-9_\\-]{1,64}";

/** @typedef {"speak" | "captions" | "display" | "overlay" | "operator"} Page */

/** @param {URL | Location} place the page's address */
export function roomIn(place) {
  return decodeURIComponent(place.pathname.split("/").filter(Boolean).at(-1) ?? "");
}

/** @param {Page} page @param {string} room */
export function pageUrl(page, room) {
  return new URL(`${page}/${encodeURIComponent(room)}`, ROOT);
}

export function startUrl() {
  return ROOT;
}

export function roomsUrl() {
  return new URL("v1/rooms", ROOT);
}

/** The service worker, beside the pages that it is for. */
export function workerUrl() {
  return new URL("worker.js", ROOT);
}

export function modelsUrl() {
  return new URL("v1/models", ROOT);
}

/** @typedef {Record<string, string | number | null>} Query what is null or empty is left out */

/** @param {"listen" | "speak"} what @param {string} room @param {Query} query */
export function socketUrl(what, room, query) {
  return asSocket(roomUrl(what, room, query));
}

/** The socket of a room of one's own. @param {Query} query */
export function translateUrl(query) {
  return asSocket(withQuery(new URL("v1/translate", ROOT), query));
}

/** @param {string} format "srt", "vtt", "txt" or "json" @param {string} room @param {Query} query */
export function transcriptUrl(format, room, query) {
  return roomUrl(`transcript.${format}`, room, query);
}

/** @param {string} what @param {string} room @param {Query} query */
function roomUrl(what, room, query) {
  return withQuery(new URL(`v1/rooms/${encodeURIComponent(room)}/${what}`, ROOT), query);
}

/** @param {URL} url */
function asSocket(url) {
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/** @param {URL} url @param {Query} query */
function withQuery(url, query) {
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}
