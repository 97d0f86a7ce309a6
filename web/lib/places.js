/** Where things are. The service may live under a path of its own: everything is relative to this module. */

const ROOT = new URL("../../", import.meta.url);

/** What the server allows as a room's name; as an HTML `pattern`. */
export const ROOM_PATTERN = "[A-Za-z0-9_\\-]{1,64}";

/** @typedef {"speak" | "captions" | "display" | "overlay"} Page */

/** @param {URL | Location} place the page's address */
export function roomIn(place) {
  return decodeURIComponent(place.pathname.split("/").filter(Boolean).at(-1) ?? "");
}

/** @param {Page} page @param {string} room */
export function pageUrl(page, room) {
  return new URL(`${page}/${encodeURIComponent(room)}`, ROOT);
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

/**
 * @param {"listen" | "speak"} what
 * @param {string} room
 * @param {Record<string, string | number | null>} query what is null or empty is left out
 */
export function socketUrl(what, room, query) {
  const url = new URL(`v1/rooms/${encodeURIComponent(room)}/${what}`, ROOT);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== "") url.searchParams.set(name, String(value));
  }
  return url;
}
