/**
 * `/`: make a room, or read along in one. `#token=` (an organiser's)
 *
 * #make: #name, #another, #key-row with #key, #problem, #speak, #links; #pages: #until, #speak-link, #captions-link,
 * #display-link, #operator-row with #operator; #join: #room, #read
 */
import { byId, say, wear } from "../lib/page.js";
import { ROOM_PATTERN, pageUrl } from "../lib/places.js";
import { pageSettings, theme } from "../lib/settings.js";
import { takeTokens, withTokens } from "../lib/tokens.js";
import { Refused, makeRoom } from "./make.js";
import { randomName } from "./names.js";

/** @import { Made } from "./make.js" */

const { token } = takeTokens();
const name = byId("name", HTMLInputElement);
const room = byId("room", HTMLInputElement);
const key = byId("key", HTMLInputElement);
const pages = byId("pages", HTMLElement);
const problem = byId("problem", HTMLElement);

wear(pageSettings({ theme }).get("theme"));
for (const input of [name, room]) {
  input.pattern = ROOM_PATTERN;
  input.title = "1 to 64 letters, digits, - or _";
}
name.addEventListener("input", forget);
byId("another", HTMLButtonElement).addEventListener("click", suggest);
byId("make", HTMLFormElement).addEventListener("submit", make);
byId("join", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(pageUrl("captions", room.value));
});
suggest();

function suggest() {
  name.value = randomName();
  forget();
}

/** The links are those of another name. */
function forget() {
  pages.hidden = problem.hidden = true;
}

/** @param {SubmitEvent} event */
async function make(event) {
  event.preventDefault();
  forget();
  try {
    const made = await makeRoom(name.value, key.value || token);
    const links = linksOf(made);
    if (event.submitter?.id === "links") show(made, links);
    else location.assign(links.speak);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    complain(error);
  }
}

/** @param {Made} made */
function linksOf({ room, tokens }) {
  const { speaker, reader } = tokens;
  return {
    speak: withTokens(pageUrl("speak", room), { token: speaker, reader }),
    captions: withTokens(pageUrl("captions", room), { token: reader }),
    display: withTokens(pageUrl("display", room), { token: reader, reader }),
  };
}

/** @param {Made} made @param {ReturnType<typeof linksOf>} links */
function show({ tokens, expires_at }, links) {
  for (const [page, url] of Object.entries(links)) byId(`${page}-link`, HTMLAnchorElement).href = url.href;
  byId("operator", HTMLInputElement).value = tokens.operator;
  byId("operator-row", HTMLElement).hidden = tokens.operator === "";
  const until = expires_at && new Date(expires_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const who = until ? `Whoever has a link may use it until ${until}.` : "Whoever knows the name can read along.";
  say(byId("until", HTMLElement), who);
  pages.hidden = false;
}

/** @param {Refused} refused */
function complain({ message, needsKey }) {
  say(problem, message);
  problem.hidden = false;
  if (!needsKey) return;
  byId("key-row", HTMLElement).hidden = false;
  key.focus();
}
