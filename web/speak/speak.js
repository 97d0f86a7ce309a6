/**
 * `/speak/{room}`: talk or type. `?source=`, `?theme=`; `#token=`, `#reader=` (for the links)
 *
 * #room, #state (data-phase), #readers, #notice with #again; #source, #microphone (aria-pressed), #microphone-state;
 * #text with #send; #said: li (data-state="waiting|sent|received"); #share: #link, #copy, #copied, #display
 */
import { bestOf, fetchModels, sourcesOf } from "../lib/languages.js";
import { Phrases } from "../lib/i18n.js";
import { Microphone } from "../lib/microphone.js";
import { byId, offerLanguages, oncePerFrame, say, wear } from "../lib/page.js";
import { pageUrl, roomIn } from "../lib/places.js";
import { language, pageSettings, theme, ui } from "../lib/settings.js";
import { Speaker } from "../lib/speaker.js";
import { takeTokens, withTokens } from "../lib/tokens.js";
import { Utterances } from "../lib/utterance.js";
import { brief, explain } from "../lib/words.js";
import { Said } from "./said.js";

const { token, reader } = takeTokens();
const settings = pageSettings({ source: language, theme, ui });
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));
phrases.fill();
wear(settings.get("theme"));

const state = byId("state", HTMLElement);
const sources = byId("source", HTMLSelectElement);
const text = byId("text", HTMLTextAreaElement);
const button = byId("microphone", HTMLButtonElement);
const link = byId("link", HTMLInputElement);
const again = byId("again", HTMLElement);

document.title = `${room} – speak`;
say(byId("room", HTMLElement), room);
link.value = withTokens(pageUrl("captions", room), { token: reader }).href;
byId("display", HTMLAnchorElement).href = withTokens(pageUrl("display", room), { token: reader, reader }).href;
byId("share", HTMLElement).hidden = token !== "" && reader === "";

const said = new Said(byId("said", HTMLElement), () => sources.value);
const speaker = new Speaker({
  room,
  token,
  source: await offerSources(),
  onchange: oncePerFrame(paint),
});
const utterances = new Utterances((message) => {
  if (message.type === "final") said.add(message);
  speaker.say(message);
}, Date.now());
const microphone = new Microphone({
  onpartial: (heard) => utterances.partial(heard),
  onfinal: (heard) => utterances.final(heard),
  onchange: paintMicrophone,
});

sources.addEventListener("change", chooseSource);
button.addEventListener("click", toggleMicrophone);
text.addEventListener("input", typed);
text.addEventListener("keydown", pressed);
byId("form", HTMLFormElement).addEventListener("submit", send);
byId("copy", HTMLElement).addEventListener("click", copy);
again.addEventListener("click", () => speaker.start());
addEventListener("online", paint);
addEventListener("offline", paint);

if (!Microphone.isSupported) {
  button.hidden = true;
  say(byId("microphone-state", HTMLElement), "This browser has no speech recognition (Chrome, Edge and Safari do).");
}
speaker.start();

function paint() {
  const { connection, status } = speaker;
  state.dataset["phase"] = connection.phase;
  say(state, brief(phrases, connection, navigator.onLine));
  say(byId("readers", HTMLElement), connection.phase === "open" && status ? readersInWords(status) : "");
  paintNotice();
  byId("nothing", HTMLElement).hidden = byId("said", HTMLElement).childElementCount > 0;
  said.paint((utterance) => speaker.stateOf(utterance));
}

function paintNotice() {
  const { connection, refused } = speaker;
  const isOpen = connection.phase === "open";
  const text =
    isOpen && refused ? `The server did not take this: ${refused}` : explain(phrases, connection, navigator.onLine);
  byId("notice", HTMLElement).hidden = text === "";
  say(byId("notice-text", HTMLElement), text);
  again.hidden = connection.phase !== "stopped";
  say(again, connection.error === "replaced" ? "Speak here again" : "Try again");
}

/** @param {{ readers: number, load: string }} status */
function readersInWords({ readers, load }) {
  const count = readers === 1 ? "1 reader" : `${readers} readers`;
  return load === "normal" ? count : `${count}, the server is ${load}`;
}

/** @returns {Promise<string>} the one to speak */
async function offerSources() {
  const offered = sourcesOf(await fetchModels());
  const source = settings.get("source") || bestOf(navigator.languages, offered) || offered[0] || "en";
  const tags = offered.includes(source) ? offered : [source, ...offered];
  offerLanguages(sources, tags, source);
  return source;
}

function chooseSource() {
  settings.set("source", sources.value);
  utterances.cancel();
  speaker.chooseSource(sources.value);
}

function toggleMicrophone() {
  if (microphone.isListening) return microphone.stop();
  // The microphone has the floor: what is being typed waits for Enter.
  utterances.cancel();
  // With a region where the browser's owner has one, which recognition does better with.
  microphone.start(bestOf([sources.value], navigator.languages) || sources.value);
}

/** @param {boolean} listening @param {string} problem */
function paintMicrophone(listening, problem) {
  button.setAttribute("aria-pressed", String(listening));
  sources.disabled = listening;
  say(byId("microphone-label", HTMLElement), listening ? "Stop the microphone" : "Start the microphone");
  say(byId("microphone-state", HTMLElement), problem || (listening ? "Listening…" : ""));
}

function typed() {
  if (!microphone.isListening) utterances.partial(text.value);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  // Enter and Escape belong to the input method while it composes a character.
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) send(event);
  if (event.key === "Escape") takeBack();
}

/** @param {Event} event */
function send(event) {
  event.preventDefault();
  if (microphone.isListening) utterances.insert(text.value);
  else utterances.final(text.value);
  text.value = "";
  text.focus();
}

function takeBack() {
  if (!microphone.isListening) utterances.cancel();
  text.value = "";
}

async function copy() {
  link.select();
  const done = await navigator.clipboard?.writeText(link.value).then(
    () => true,
    () => false,
  );
  say(byId("copied", HTMLElement), done ? "Copied." : "Press Ctrl+C (⌘C) to copy the marked link.");
}
