/**
 * `/captions/{room}`: read along. `?lang=`, `?stability=`, `?size=` (percent), `?theme=`; `#token=`
 *
 * #room, #state (data-phase), #language, #settings opens #panel: #stability, #smaller, #size, #larger, #theme,
 * #downloads with a button for each format, #download-problem;
 * #notice with #again and #dismiss, #empty, #scroller around #captions: .segment (data-segment, data-final) of .stable and
 * .tentative; #live jumps to the end, #log is read out.
 */
import { Announcer } from "../lib/announcer.js";
import { stayAwake } from "../lib/awake.js";
import { CaptionsView } from "../lib/captions.js";
import { Follow } from "../lib/follow.js";
import { endonym } from "../lib/languages.js";
import { byId, menu, offerLanguages, oncePerFrame, say, wear } from "../lib/page.js";
import { roomIn } from "../lib/places.js";
import { Reader } from "../lib/reader.js";
import { language, number, pageSettings, stability, theme } from "../lib/settings.js";
import { takeTokens } from "../lib/tokens.js";
import { brief, explain } from "../lib/words.js";
import { saveTranscript } from "./downloads.js";

const SIZES = [75, 100, 125, 150, 200, 250, 300];
/** What people put up with in live captions. */
const BEHIND_MS = 3000;

const { token } = takeTokens();
const settings = pageSettings({ lang: language, stability, theme, size: number(50, 400, 100) });
const room = roomIn(location);

const state = byId("state", HTMLElement);
const languages = byId("language", HTMLSelectElement);
const notice = byId("notice", HTMLElement);
const again = byId("again", HTMLElement);
const empty = byId("empty", HTMLElement);

const view = new CaptionsView(byId("captions", HTMLElement));
const follow = new Follow(byId("scroller", HTMLElement), byId("live", HTMLElement));
const announcer = new Announcer(byId("log", HTMLElement));
const reader = new Reader({
  room,
  token,
  lang: settings.get("lang"),
  preferred: navigator.languages,
  stability: settings.get("stability"),
  onchange: oncePerFrame(paint),
});

document.title = `${room} – captions`;
say(byId("room", HTMLElement), room);
wear(settings.get("theme"));
resize(settings.get("size"));

languages.addEventListener("change", () => {
  settings.set("lang", languages.value);
  reader.chooseLanguage(languages.value);
});
menu("stability", settings.get("stability"), (value) => {
  settings.set("stability", value);
  reader.chooseStability(value);
});
menu("theme", settings.get("theme"), (value) => {
  settings.set("theme", value);
  wear(value);
});
byId("smaller", HTMLElement).addEventListener("click", () => resize(SIZES.findLast(isSmaller)));
byId("larger", HTMLElement).addEventListener("click", () => resize(SIZES.find(isLarger)));
byId("dismiss", HTMLElement).addEventListener("click", () => {
  reader.missed = false;
  paint();
});
again.addEventListener("click", () => reader.tryAgain());
for (const button of byId("downloads", HTMLElement).querySelectorAll("button")) {
  button.addEventListener("click", () => void download(button.value));
}
addEventListener("online", paint);
addEventListener("offline", paint);

stayAwake();
void reader.start();

function paint() {
  const { captions, connection } = reader;
  state.dataset["phase"] = connection.phase;
  say(state, stateInWords());
  paintNotice();
  offerLanguages(languages, reader.languages, reader.language);
  empty.hidden = captions.length > 0 || connection.phase === "stopped";
  say(empty, isSpeakerHere() ? "The speaker is here. Captions appear as they speak." : "Waiting for the speaker…");
  view.paint(captions);
  follow.update();
  announcer.announce(captions, reader.joined);
}

function stateInWords() {
  const isOpen = reader.connection.phase === "open";
  if (isOpen && isSpeakerHere()) return isBehind() ? "Live, running behind" : "Live";
  if (isOpen && reader.captions.length > 0) return "The speaker is away";
  return brief(reader.connection, navigator.onLine);
}

function isSpeakerHere() {
  return reader.status?.speaker === "connected";
}

function isBehind() {
  return (reader.status?.behind_ms ?? 0) > BEHIND_MS;
}

function paintNotice() {
  const { connection, missed } = reader;
  const parts = [explain(connection, navigator.onLine)];
  if (missed) parts.push("Some captions were missed while you were offline.");
  if (reader.unavailable) parts.push(`${endonym(reader.unavailable)} is not available in this room.`);
  const text = parts.filter(Boolean).join(" ");
  notice.hidden = text === "";
  again.hidden = connection.phase !== "stopped";
  byId("dismiss", HTMLElement).hidden = !missed || connection.phase === "stopped";
  say(byId("notice-text", HTMLElement), text);
}

/** @param {string} format */
async function download(format) {
  say(byId("download-problem", HTMLElement), await saveTranscript({ room, lang: reader.language, format, token }));
}

/** @param {number | undefined} percent */
function resize(percent = settings.get("size")) {
  if (percent !== settings.get("size")) settings.set("size", String(percent));
  document.documentElement.style.setProperty("--size", String(percent / 100));
  say(byId("size", HTMLElement), `${percent} %`);
  view.remeasure();
  follow.update();
}

/** @param {number} percent */
function isSmaller(percent) {
  return percent < settings.get("size");
}

/** @param {number} percent */
function isLarger(percent) {
  return percent > settings.get("size");
}
