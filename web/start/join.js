/**
 * Where somebody goes who was told a room's name, or was given a link or a code. Pure.
 *
 * @import { Page } from "../lib/places.js"
 */
import { ROOM_PATTERN } from "../lib/places.js";
import { grantIn } from "../lib/tokens.js";

/** @type {Readonly<Record<string, Page>>} */
const PAGES = { reader: "captions", speaker: "speak", operator: "operator" };
const ROOM = new RegExp(`^${ROOM_PATTERN}$`);

/** @typedef {{ page: Page, room: string, token: string }} Place */

/**
 * @param {string} text a name (blanks are hyphens, as it is read out), a link to any page of this server, or a token
 * @param {URL} root of this server's pages
 * @returns {URL | Place | null} null where it is none of them
 */
export function placeOf(text, root) {
  const said = text.trim();
  if (/^https?:/i.test(said)) return URL.canParse(said) && said.startsWith(root.href) ? new URL(said) : null;
  const grant = grantIn(said);
  const page = PAGES[grant?.role ?? ""];
  if (grant?.room && page) return { page, room: grant.room, token: said };
  const room = said.replace(/\s+/g, "-");
  return ROOM.test(room) ? { page: "captions", room, token: "" } : null;
}
