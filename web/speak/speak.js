/**
 * `/speak/{room}`: talk, type or rehearse. `?source=`, `?theme=`, `?ui=`; `#token=`, `#reader=` (for the links)
 *
 * #room, #state (data-phase), #readers, #ask (data-ask), #notice with #again; #source, and the microphone in listening.js;
 * typing in typing.js; #said: li (data-state="waiting|sent|received"); the audience in audience.js, with #pace; the rehearsal
 * in rehearse.js; #share: #link, #copy, #copied, #display; #ui
 */
import { Phrases, interfaceMenu } from "../lib/i18n.js";
import { bestOf, fetchModels, languagesFor, sourcesOf } from "../lib/languages.js";
import { Pace, ask } from "../lib/tempo.js";
import { byId, copyField, listens, offerLanguages, oncePerFrame, say, wear } from "../lib/page.js";
import { pageUrl, roomIn } from "../lib/places.js";
import { choice, language, pageSettings, text, theme, ui } from "../lib/settings.js";
import { Speaker } from "../lib/speaker.js";
import { takeTokens, withTokens } from "../lib/tokens.js";
import { Utterances } from "../lib/utterance.js";
import { brief, explain } from "../lib/words.js";
import { Audience } from "./audience.js";
import { Listening } from "./listening.js";
import { Rehearsal } from "./rehearse.js";
import { Said } from "./said.js";
import { Typing } from "./typing.js";

/** @import { Ask } from "../lib/tempo.js" */
/** @import { Event as Spoken } from "../lib/talk.js" */

const TICK_MS = 1000;

const { token, reader } = takeTokens();
const settings = pageSettings({
  source: language,
  audience: language,
  device: text,
  local: choice(["", "on"], ""),
  theme,
  ui,
});
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));
phrases.fill();
wear(settings.get("theme"));

const state = byId("state", HTMLElement);
const sources = byId("source", HTMLSelectElement);
const link = byId("link", HTMLInputElement);
const again = byId("again", HTMLElement);
const asked = byId("ask", HTMLElement);

document.title = `${room} – ${phrases.text("speak.title")}`;
say(byId("room", HTMLElement), room);
link.value = withTokens(pageUrl("captions", room), { token: reader }).href;
byId("display", HTMLAnchorElement).href = withTokens(pageUrl("display", room), { token: reader, reader }).href;
byId("share", HTMLElement).hidden = token !== "" && reader === "";

const models = await fetchModels();
const said = new Said(byId("said", HTMLElement), () => sources.value, phrases);
const speaker = new Speaker({ room, token, source: offerSources(), onchange: oncePerFrame(paint) });
const pace = new Pace();
/** @type {Ask} */
let asking = "";
/** The utterance of the talk that is rehearsed, and its newest words. @type {Spoken | null} */
let rehearsed = null;

const utterances = new Utterances((message) => {
  if (message.type === "final") said.add(message);
  if (message.type !== "cancel" && hasFloor()) pace.heard(message.text, message.type === "final", performance.now());
  audience.hear(message);
  speaker.say(message);
}, Date.now());
new Typing(utterances, hasFloor);
const listening = new Listening({
  phrases,
  lang: () => sources.value,
  terms: () => speaker.terms.map(({ source }) => source),
  chosen: { device: settings.get("device"), isLocal: settings.get("local") === "on" },
  ondevice: (device) => settings.set("device", device),
  onlocal: (isLocal) => settings.set("local", isLocal ? "on" : ""),
  onstart: () => {
    rehearsal.pause();
    takeFloor();
  },
  onpartial: (heard) => utterances.partial(heard),
  onfinal: (heard) => utterances.final(heard),
  onchange: () => (sources.disabled = listening.isListening),
});
const rehearsal = new Rehearsal({
  phrases,
  lang: () => sources.value,
  readers: () => speaker.status?.readers ?? 0,
  onstart: () => {
    listening.stop();
    takeFloor();
  },
  onevent: rehearse,
  onstop: () => {
    rehearsed = null;
    takeFloor();
  },
  onend: () => {
    if (rehearsed) utterances.final(rehearsed.text);
    rehearsed = null;
  },
});
const audience = new Audience({
  phrases,
  room,
  token,
  lang: audienceLanguage(),
  onlanguage: (lang) => settings.set("audience", lang),
});

sources.addEventListener("change", chooseSource);
copyField(byId("copy", HTMLElement), link, (done) =>
  say(byId("copied", HTMLElement), phrases.text(done ? "copy.done" : "copy.by_hand")),
);
again.addEventListener("click", () => speaker.start());
addEventListener("online", paint);
addEventListener("offline", paint);
interfaceMenu(byId("ui", HTMLSelectElement), phrases, (value) => {
  settings.set("ui", value);
  for (const part of [listening, rehearsal, said, audience]) part.paint();
  paint();
});
setInterval(tick, TICK_MS);
speaker.start();
void audience.start();
paint();
listens();

/** Whether the words come from a voice, or from a talk that is rehearsed: what is being typed waits for Enter. */
function hasFloor() {
  return listening.isListening || rehearsal.isPlaying;
}

function takeFloor() {
  utterances.cancel();
}

function tick() {
  const now = performance.now();
  asking = ask(asking, pace.wordsPerMinute(now), speaker.status?.behind_ms ?? 0);
  if (rehearsal.isPlaying) rehearsal.paint();
  audience.tick();
  paint();
}

function paint() {
  const { connection, status } = speaker;
  const isOpen = connection.phase === "open";
  state.dataset["phase"] = connection.phase;
  say(state, brief(phrases, connection, navigator.onLine));
  say(byId("readers", HTMLElement), isOpen && status ? phrases.text("room.readers", { n: status.readers }) : "");
  paintNotice();
  paintPace();
  byId("nothing", HTMLElement).hidden = !said.isEmpty;
  said.paintFates((utterance) => speaker.stateOf(utterance));
}

function paintPace() {
  const perMinute = pace.wordsPerMinute(performance.now());
  say(byId("pace", HTMLElement), perMinute ? phrases.text("unit.words_a_minute", { n: perMinute }) : "–");
  asked.hidden = asking === "";
  asked.dataset["ask"] = asking;
  say(asked, asking && phrases.text(`ask.${asking}`));
}

function paintNotice() {
  const { connection, refused } = speaker;
  const isRefused = connection.phase === "open" && refused !== "";
  const words = isRefused
    ? phrases.text("speak.refused", { detail: refused })
    : explain(phrases, connection, navigator.onLine);
  byId("notice", HTMLElement).hidden = words === "";
  say(byId("notice-text", HTMLElement), words);
  again.hidden = connection.phase !== "stopped";
  say(again, phrases.text(connection.error === "replaced" ? "speak.again" : "ui.try_again"));
}

/** @returns {string} the one to speak */
function offerSources() {
  const offered = sourcesOf(models);
  const source = settings.get("source") || bestOf(navigator.languages, offered) || offered[0] || "en";
  const tags = offered.includes(source) ? offered : [source, ...offered];
  offerLanguages(sources, tags, source);
  return source;
}

/** @returns {string} the one chosen before, or else any that is not the speaker's own */
function audienceLanguage() {
  const [source = "", ...others] = languagesFor(models, { source: sources.value, targets: [] });
  const chosen = settings.get("audience");
  return others.includes(chosen) ? chosen : (others[0] ?? source);
}

function chooseSource() {
  settings.set("source", sources.value);
  utterances.cancel();
  speaker.chooseSource(sources.value);
  void listening.checkLocal();
}

/** @param {Spoken} event */
function rehearse(event) {
  // A recording may go on to the next utterance without a word on how the one before it ended.
  if (rehearsed && rehearsed.utterance !== event.utterance) utterances.final(rehearsed.text);
  rehearsed = event.type === "final" ? null : event;
  utterances[event.type](event.text);
}
