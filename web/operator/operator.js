/**
 * `/operator/{room}`: how a room fares, and what can be done about it. `?theme=`, `?ui=`; `#token=`, `#reader=` and
 * `#speaker=` (for the links)
 *
 * #room, #state and #speaker (data-phase), #notice with #again; figures in figures.js;
 * #language and the sentences in sentences.js, #request (data-state="waiting|sent|received"); the rehearsal in
 * rehearsal.js, links in links.js, the glossary in glossary.js, the next talk in next.js, transcripts in transcripts.js; #ui
 */
import { Health } from "../lib/health.js";
import { Phrases, interfaceMenu } from "../lib/i18n.js";
import { fetchModels, languagesFor } from "../lib/languages.js";
import { Operator } from "../lib/operator.js";
import { byId, listens, offerLanguages, oncePerFrame, say, wear } from "../lib/page.js";
import { roomIn } from "../lib/places.js";
import { Reader } from "../lib/reader.js";
import { rowsOf } from "../lib/rows.js";
import { language, pageSettings, theme, ui } from "../lib/settings.js";
import { takeTokens } from "../lib/tokens.js";
import { brief, explain } from "../lib/words.js";
import { paintFigures } from "./figures.js";
import { GlossaryEditor } from "./glossary.js";
import { Links } from "./links.js";
import { offerNextTalk } from "./next.js";
import { Rehearsal } from "./rehearsal.js";
import { Sentences } from "./sentences.js";
import { Transcripts } from "./transcripts.js";

/** @import { Request } from "../lib/operator.js" */

const TICK_MS = 1000;
/** So long it is told that a request was received. */
const TOLD_MS = 5000;
/** As many as can still be corrected. */
const KEPT = 200;

const tokens = takeTokens();
const { token } = tokens;
const settings = pageSettings({ audience: language, theme, ui });
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));
phrases.fill();
wear(settings.get("theme"));

const languages = byId("language", HTMLSelectElement);
const request = byId("request", HTMLElement);
const again = byId("again", HTMLElement);
say(byId("room", HTMLElement), room);

const models = await fetchModels();
const health = new Health();
const operator = new Operator({ room, token, onchange: oncePerFrame(paint) });
const reader = new Reader({
  room,
  token,
  langs: [],
  preferred: [],
  stability: "steady",
  role: "operator",
  limit: KEPT,
  onchange: oncePerFrame(paintSentences),
});
/** @type {Request | null} what was asked for last */
let asked = null;
let receivedAt = Infinity;
/** The language that is spoken, as far as it is being read. */
let source = "";

const sentences = new Sentences({ phrases, onrequest: ask });
const glossary = new GlossaryEditor({ phrases, onrequest: ask });
const rehearsal = new Rehearsal({ phrases, operator, token, langs: readIn });
const links = new Links(phrases, room, tokens);
offerNextTalk(ask);
const transcripts = new Transcripts(phrases, room, token);

languages.addEventListener("change", () => {
  settings.set("audience", languages.value);
  reader.chooseLanguages(shown());
});
again.addEventListener("click", () => {
  operator.start();
  reader.tryAgain();
});
addEventListener("online", paint);
addEventListener("offline", paint);
interfaceMenu(byId("ui", HTMLSelectElement), phrases, (value) => {
  settings.set("ui", value);
  rehearsal.paint();
  links.paint();
  paint();
});
setInterval(paint, TICK_MS);
operator.start();
paint();
listens();

/** @param {Request} wanted */
function ask(wanted) {
  asked = wanted;
  receivedAt = Infinity;
  operator.ask(wanted);
}

function paint() {
  const { connection, status } = operator;
  const isOpen = connection.phase === "open";
  const state = byId("state", HTMLElement);
  document.title = phrases.text("operator.title", { room });
  state.dataset["phase"] = connection.phase;
  say(state, brief(phrases, connection, navigator.onLine));
  paintSpeaker(isOpen ? (status?.speaker ?? "") : "");
  paintNotice();
  paintRequest();
  paintFigures(phrases, health, operator.status);
  rehearsal.paintButton();
  if (operator.room) paintRoom(operator.room.source);
}

/** @param {string} speaker */
function paintSpeaker(speaker) {
  const element = byId("speaker", HTMLElement);
  const isHere = speaker === "connected";
  element.hidden = speaker === "";
  element.dataset["phase"] = isHere ? "open" : "waiting";
  say(element, phrases.text(isHere ? "operator.speaker" : "operator.no_speaker"));
}

function paintNotice() {
  const words = explain(phrases, operator.connection, navigator.onLine);
  byId("notice", HTMLElement).hidden = words === "";
  say(byId("notice-text", HTMLElement), words);
  again.hidden = operator.connection.phase !== "stopped";
}

/** What has become of what was asked for. */
function paintRequest() {
  const now = performance.now();
  const state = asked ? operator.stateOf(asked) : "";
  if (state === "received") receivedAt = Math.min(receivedAt, now);
  if (now > receivedAt + TOLD_MS && !operator.refused) asked = null;
  request.dataset["state"] = operator.refused ? "refused" : state;
  if (operator.refused) say(request, phrases.text("speak.refused", { detail: operator.refused }));
  else say(request, state && phrases.text(`fate.${state}`));
}

/** @param {string} spoken */
function paintRoom(spoken) {
  const [, ...others] = languagesFor(models, { source: spoken, targets: operator.room?.targets ?? [] });
  if (spoken !== source) {
    source = spoken;
    const chosen = settings.get("audience");
    const best = [chosen, ...readIn(), ...others].find((lang) => others.includes(lang)) ?? "";
    offerLanguages(languages, others, best);
    reader.chooseLanguages(shown());
  }
  glossary.paint(operator.terms, source, others);
  transcripts.paint(source, [source, ...readIn()]);
}

/** Those on this page: the spoken one, and another. */
function shown() {
  return [source, languages.value].filter(Boolean);
}

/** Those that the room is translated into: for readers, as it was announced, or for this page. */
function readIn() {
  const { room, status } = operator;
  const all = [...Object.keys(status?.languages ?? {}), ...(room?.targets ?? []), languages.value];
  return [...new Set(all)].filter((lang) => lang && lang !== room?.source);
}

function paintSentences() {
  const [spoken = "", other] = reader.langs;
  const tracks = [spoken, other].flatMap((lang) => (lang ? [reader.captionsIn(lang)] : []));
  health.observe(tracks.at(-1) ?? [], reader.joined, performance.now());
  sentences.paint(rowsOf(tracks));
}
