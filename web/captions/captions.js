/**
 * `/captions/{room}`: read along, in one language or two; what may be chosen is in choices.js; `#token=`
 *
 * #room, #state (data-phase), #behind, #language, #settings opens #panel: #stability, #second, #ui, the looks, #downloads with a button for each
 * format and #download-problem;
 * #find-open opens #find; #notice with #again and #dismiss, #empty, #scroller around #earlier and #captions: .row
 * (data-segment) of .segment (data-segment, data-final) of .stable and .tentative; #live jumps to the end, #log is read out.
 */
import { Announcer } from "../lib/announcer.js";
import { stayAwake } from "../lib/awake.js";
import { CaptionsView } from "../lib/captions.js";
import { Follow } from "../lib/follow.js";
import { Phrases, interfaceMenu } from "../lib/i18n.js";
import { endonym } from "../lib/languages.js";
import { byId, listens, menu, offerLanguages, oncePerFrame, say } from "../lib/page.js";
import { roomIn } from "../lib/places.js";
import { Reader } from "../lib/reader.js";
import { rowsOf } from "../lib/rows.js";
import { pageSettings } from "../lib/settings.js";
import { keepForOffline } from "../lib/shell.js";
import { takeTokens } from "../lib/tokens.js";
import { saveTranscript } from "../lib/transcript.js";
import { brief, explain } from "../lib/words.js";
import { CHOICES } from "./choices.js";
import { Find } from "./find.js";
import { Looks } from "./looks.js";

/** Of it people begin to notice that captions are late. */
const BEHIND_MS = 2000;
/** More than are said in a day. */
const SEGMENTS = 10_000;

const { token } = takeTokens();
const settings = pageSettings(CHOICES);
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));
phrases.fill();

const state = byId("state", HTMLElement);
const behind = byId("behind", HTMLElement);
const language = byId("language", HTMLSelectElement);
const second = byId("second", HTMLSelectElement);
const notice = byId("notice", HTMLElement);
const again = byId("again", HTMLElement);
const dismiss = byId("dismiss", HTMLElement);
const empty = byId("empty", HTMLElement);
const earlier = byId("earlier", HTMLElement);
const layout = [byId("layout-label", HTMLElement), byId("layout", HTMLElement)];
const captions = byId("captions", HTMLElement);

const view = new CaptionsView(captions);
const follow = new Follow(byId("scroller", HTMLElement), byId("live", HTMLElement));
const announcer = new Announcer(byId("log", HTMLElement));
const find = new Find(captions, phrases);
const looks = new Looks(settings, () => {
  view.remeasure();
  follow.update();
});
const reader = new Reader({
  room,
  token,
  langs: settings.get("lang"),
  preferred: navigator.languages,
  stability: settings.get("stability"),
  limit: SEGMENTS,
  onchange: oncePerFrame(paint),
});

say(byId("room", HTMLElement), room);
for (const select of [language, second]) select.addEventListener("change", chooseLanguages);
menu("stability", settings.get("stability"), (value) => {
  settings.set("stability", value);
  reader.chooseStability(value);
});
interfaceMenu(byId("ui", HTMLSelectElement), phrases, (value) => {
  settings.set("ui", value);
  paint();
});
dismiss.addEventListener("click", () => {
  reader.missed = false;
  paint();
});
again.addEventListener("click", () => reader.tryAgain());
earlier.addEventListener("click", () => {
  reader.readWhole();
  byId("scroller", HTMLElement).focus();
});
for (const button of byId("downloads", HTMLElement).querySelectorAll("button")) {
  button.addEventListener("click", () => void download(button.value));
}
addEventListener("online", paint);
addEventListener("offline", paint);

looks.apply();
stayAwake();
keepForOffline();
void reader.start();
listens();

function paint() {
  const { connection, langs } = reader;
  document.title = phrases.text("captions.title", { room });
  state.dataset["phase"] = connection.phase;
  say(state, stateInWords());
  paintBehind();
  paintNotice();
  offerLanguages(language, reader.languages, reader.language);
  offerLanguages(second, reader.languages, langs[1] ?? "", phrases.text("captions.no_second"));
  for (const part of layout) part.hidden = langs.length < 2;
  const rows = rowsOf(langs.map((lang) => reader.captionsIn(lang)));
  empty.hidden = rows.length > 0 || connection.phase === "stopped";
  earlier.hidden = reader.isWhole || (rows[0]?.segment ?? 0) <= 1;
  say(empty, phrases.text(isSpeakerHere() ? "captions.begin" : "captions.waiting"));
  view.paint(rows);
  follow.update();
  find.update();
  announcer.announce(reader.captions, reader.joined);
}

function stateInWords() {
  const isOpen = reader.connection.phase === "open";
  if (isOpen && isSpeakerHere()) return phrases.text("captions.live_now");
  if (isOpen && reader.captions.length > 0) return phrases.text("captions.away");
  return brief(phrases, reader.connection, navigator.onLine);
}

function isSpeakerHere() {
  return reader.status?.speaker === "connected";
}

function paintBehind() {
  const ms = reader.connection.phase === "open" ? (reader.status?.behind_ms ?? 0) : 0;
  behind.hidden = ms < BEHIND_MS;
  say(behind, phrases.text("captions.behind", { seconds: Math.round(ms / 1000) }));
}

function paintNotice() {
  const { connection, missed } = reader;
  const isStopped = connection.phase === "stopped";
  const parts = [explain(phrases, connection, navigator.onLine)];
  if (missed) parts.push(phrases.text("captions.missed"));
  for (const tag of reader.unavailable) parts.push(phrases.text("captions.unavailable", { language: endonym(tag) }));
  const text = parts.filter(Boolean).join(" ");
  notice.hidden = text === "";
  again.hidden = !isStopped;
  dismiss.hidden = !missed || isStopped;
  say(byId("notice-text", HTMLElement), text);
}

function chooseLanguages() {
  const langs = [...new Set([language.value, second.value])].filter(Boolean);
  settings.set("lang", langs.join());
  reader.chooseLanguages(langs);
}

/** @param {string} format */
async function download(format) {
  const problem = await saveTranscript({ room, langs: reader.langs, format, token }, phrases);
  say(byId("download-problem", HTMLElement), problem);
}
