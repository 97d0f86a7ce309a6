/**
 * `/`: make a room, or read along in one.
 *
 * #make: #name, #another, #speak, #speak-link, #captions-link, #display-link; #join: #room, #read
 */
import { byId, wear } from "../lib/page.js";
import { ROOM_PATTERN, pageUrl } from "../lib/places.js";
import { pageSettings, theme } from "../lib/settings.js";
import { randomName } from "./names.js";

/** @import { Page } from "../lib/places.js" */

/** @type {Record<string, Page>} */
const LINKS = { "speak-link": "speak", "captions-link": "captions", "display-link": "display" };

const name = byId("name", HTMLInputElement);
const room = byId("room", HTMLInputElement);

wear(pageSettings({ theme }).get("theme"));
for (const input of [name, room]) {
  input.pattern = ROOM_PATTERN;
  input.title = "1 to 64 letters, digits, - or _";
}
name.addEventListener("input", showLinks);
byId("another", HTMLButtonElement).addEventListener("click", suggest);
onsubmit("make", () => pageUrl("speak", name.value));
onsubmit("join", () => pageUrl("captions", room.value));
suggest();

function suggest() {
  name.value = randomName();
  showLinks();
}

function showLinks() {
  for (const [id, page] of Object.entries(LINKS)) {
    const link = byId(id, HTMLAnchorElement);
    if (name.validity.valid) link.href = pageUrl(page, name.value).href;
    else link.removeAttribute("href");
  }
}

/** @param {string} form @param {() => URL} target */
function onsubmit(form, target) {
  byId(form, HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    location.assign(target());
  });
}
