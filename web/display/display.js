/**
 * `/display/{room}`: the big screen. `?lang=`, `?stability=`, `?size=` (percent), `?lines=`, `?theme=`,
 * `?clear=` (seconds of silence after which the screen is cleared); `#token=`
 *
 * #controls (seen while the mouse moves or one of them has the focus): #language, #stability, #size, #lines, #theme,
 * #fullscreen; #state (data-phase) only while something is wrong, #welcome until the first caption, #screen
 * (data-cleared) around #captions: .segment (data-segment, data-final) of .stable and .tentative
 */
import { Announcer } from "../lib/announcer.js";
import { stayAwake } from "../lib/awake.js";
import { CaptionsView } from "../lib/captions.js";
import { Phrases } from "../lib/i18n.js";
import { byId, menu, offerLanguages, oncePerFrame, say, wear } from "../lib/page.js";
import { pageUrl, roomIn } from "../lib/places.js";
import { Reader } from "../lib/reader.js";
import { language, number, pageSettings, stability, theme, ui } from "../lib/settings.js";
import { takeTokens } from "../lib/tokens.js";
import { brief, explain } from "../lib/words.js";
import { hideWhenIdle } from "./idle.js";
import { RollUp } from "./rollup.js";
import { Silence } from "./silence.js";

/** More than fit on any screen. */
const SEGMENTS = 20;
const RELOAD_MS = 10_000;
/** Written with wide characters. */
const WIDE = /^(zh|ja|yue)\b/;

const { token } = takeTokens();
const settings = pageSettings({
  lang: language,
  stability,
  ui,
  size: number(25, 400, 100),
  lines: number(1, 20, 3),
  theme: { ...theme, fallback: "dark" },
  clear: number(1, 3600, 30),
});
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));
phrases.fill();
const root = document.documentElement;
const state = byId("state", HTMLElement);
const languages = byId("language", HTMLSelectElement);
const captions = byId("captions", HTMLElement);

const view = new CaptionsView(captions);
const rollUp = new RollUp(captions);
const silence = new Silence(byId("screen", HTMLElement), settings.get("clear") * 1000);
const announcer = new Announcer(byId("log", HTMLElement));
const reader = new Reader({
  room,
  token,
  lang: settings.get("lang"),
  preferred: navigator.languages,
  stability: settings.get("stability"),
  limit: SEGMENTS,
  forever: true,
  onchange: oncePerFrame(paint),
});

document.title = `${room} – display`;
say(byId("room", HTMLElement), room);
// Nobody can type a token.
if (token) say(byId("welcome", HTMLElement), "Captions appear here.");
else say(byId("link", HTMLElement), pageUrl("captions", room).href.replace(/^https?:\/\//, ""));
languages.addEventListener("change", () => {
  settings.set("lang", languages.value);
  reader.chooseLanguage(languages.value);
});
menu("stability", settings.get("stability"), (value) => {
  settings.set("stability", value);
  reader.chooseStability(value);
});
for (const name of /** @type {const} */ (["size", "lines", "theme"])) {
  menu(name, String(settings.get(name)), (value) => {
    settings.set(name, value);
    dress();
  });
}
byId("fullscreen", HTMLElement).addEventListener("click", toggleFullscreen);
addEventListener("online", paint);
addEventListener("offline", paint);

dress();
hideWhenIdle(document.body);
stayAwake();
void reader.start();

function paint() {
  const { connection } = reader;
  state.dataset["phase"] = connection.phase;
  state.hidden = connection.phase === "open";
  say(state, explain(phrases, connection, navigator.onLine) || brief(phrases, connection, navigator.onLine));
  // Nobody is there to reload a page that has become too old for its server.
  if (connection.phase === "stopped") setTimeout(() => location.reload(), RELOAD_MS);
  offerLanguages(languages, reader.languages, reader.language);
  root.toggleAttribute("data-wide", WIDE.test(reader.language));
  rollUp.around(() => view.paint(silence.filter(reader.captions, reader.joined)));
  byId("welcome", HTMLElement).hidden ||= captions.childElementCount > 0;
  announcer.announce(reader.captions, reader.joined);
}

function dress() {
  wear(settings.get("theme"));
  root.style.setProperty("--size", String(settings.get("size") / 100));
  root.style.setProperty("--lines", String(settings.get("lines")));
  view.remeasure();
}

async function toggleFullscreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await root.requestFullscreen();
}
