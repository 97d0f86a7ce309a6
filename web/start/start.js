/**
 * `/`: make a room, or go to one. `?theme=`, `?ui=`; `#token=` (an organiser's)
 *
 * #make: #name, #another, #key-row with #key, #problem, #speak, #operate; #join: #room, #read, #nowhere; #ui
 */
import { Phrases, interfaceMenu } from "../lib/i18n.js";
import { byId, listens, say, wear } from "../lib/page.js";
import { ROOM_PATTERN, pageUrl, startUrl } from "../lib/places.js";
import { pageSettings, theme, ui } from "../lib/settings.js";
import { takeTokens, withTokens } from "../lib/tokens.js";
import { placeOf } from "./join.js";
import { Refused, makeRoom } from "./make.js";
import { randomName } from "./names.js";

/** @import { Made, Reason } from "./make.js" */

const { token } = takeTokens();
const settings = pageSettings({ theme, ui });
const phrases = new Phrases();
await phrases.load(settings.get("ui"));
phrases.fill();
wear(settings.get("theme"));

const name = byId("name", HTMLInputElement);
const key = byId("key", HTMLInputElement);
const problem = byId("problem", HTMLElement);
const nowhere = byId("nowhere", HTMLElement);

document.title = phrases.text("start.title");
name.pattern = ROOM_PATTERN;
byId("another", HTMLButtonElement).addEventListener("click", suggest);
byId("make", HTMLFormElement).addEventListener("submit", make);
byId("join", HTMLFormElement).addEventListener("submit", join);
interfaceMenu(byId("ui", HTMLSelectElement), phrases, (value) => {
  settings.set("ui", value);
  for (const words of [problem, nowhere]) say(words, "");
});
suggest();
listens();

function suggest() {
  name.value = randomName();
  say(problem, "");
}

/** @param {SubmitEvent} event */
async function make(event) {
  event.preventDefault();
  say(problem, "");
  try {
    const made = await makeRoom(name.value, key.value || token);
    location.assign(event.submitter?.id === "operate" ? operating(made) : speaking(made));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    complain(error);
  }
}

/** @param {Made} made */
function speaking({ room, tokens }) {
  return withTokens(pageUrl("speak", room), { token: tokens.speaker, reader: tokens.reader });
}

/** @param {Made} made */
function operating({ room, tokens }) {
  const { operator, reader, speaker } = tokens;
  return withTokens(pageUrl("operator", room), { token: operator, reader, speaker });
}

/** @param {Refused} refused */
function complain({ reason, detail }) {
  say(problem, inWords(reason, detail));
  if (reason !== "no_key" && reason !== "wrong_key") return;
  byId("key-row", HTMLElement).hidden = false;
  key.focus();
}

/** @param {Reason} reason @param {string} detail */
function inWords(reason, detail) {
  if (reason === "refused") return phrases.text("start.refused", { detail });
  return phrases.text(reason === "unreachable" ? "problem.unreachable" : `start.${reason}`);
}

/** @param {SubmitEvent} event */
function join(event) {
  event.preventDefault();
  const room = byId("room", HTMLInputElement);
  const place = placeOf(room.value, startUrl());
  say(nowhere, place ? "" : phrases.text("start.nowhere"));
  if (!place) room.focus();
  else if (place instanceof URL) location.assign(place);
  else location.assign(withTokens(pageUrl(place.page, place.room), { token: place.token }));
}
