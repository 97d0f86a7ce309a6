/**
 * `/display/{room}`: the screen of a hall or a meeting room; what may be chosen is in choices.js; `#token=`, `#reader=`
 * (a reader's, for those who scan the code)
 *
 * #controls (seen while the mouse moves or one of them has the focus): #language, #stability, #size, #lines, #theme,
 * #ui, #fullscreen; #state (data-phase) only while something is wrong; #welcome with #code and #link while the screen is empty;
 * #screens: .screen (data-cleared) of .row of .segment (data-segment, data-final) of .stable and .tentative
 */
import { Announcer } from "../lib/announcer.js";
import { stayAwake } from "../lib/awake.js";
import { Phrases, interfaceMenu } from "../lib/i18n.js";
import { byId, listens, menu, offerLanguages, oncePerFrame, say } from "../lib/page.js";
import { pageUrl, roomIn } from "../lib/places.js";
import { qrCode } from "../lib/qr.js";
import { Reader } from "../lib/reader.js";
import { Recovery } from "../lib/recover.js";
import { Screens } from "../lib/screens.js";
import { pageSettings } from "../lib/settings.js";
import { keepForOffline } from "../lib/shell.js";
import { takeTokens, withTokens } from "../lib/tokens.js";
import { brief, explain } from "../lib/words.js";
import { CHOICES } from "./choices.js";
import { hideWhenIdle } from "./idle.js";

/** More than fit on any screen. */
const SEGMENTS = 20;

const recovery = new Recovery();
const tokens = takeTokens();
const settings = pageSettings(CHOICES, "rtt.display");
const phrases = new Phrases();
const room = roomIn(location);
await phrases.load(settings.get("ui"));

const root = document.documentElement;
const state = byId("state", HTMLElement);
const language = byId("language", HTMLSelectElement);
const welcome = byId("welcome", HTMLElement);

const repaint = oncePerFrame(paint);
const screens = new Screens(byId("screens", HTMLElement), {
  clear: settings.get("clear") * 1000,
  pace: settings.get("pace"),
  rotate: settings.get("rotate") * 1000,
  onchange: repaint,
});
const announcer = new Announcer(byId("log", HTMLElement));
const reader = new Reader({
  room,
  token: tokens.token,
  langs: settings.get("lang"),
  preferred: navigator.languages,
  stability: settings.get("stability"),
  limit: SEGMENTS,
  forever: true,
  onchange: repaint,
});

say(byId("room", HTMLElement), room);
language.addEventListener("change", () => {
  settings.set("lang", language.value);
  reader.chooseLanguages([language.value]);
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
interfaceMenu(byId("ui", HTMLSelectElement), phrases, (value) => {
  settings.set("ui", value);
  repaint();
});
byId("fullscreen", HTMLElement).addEventListener("click", toggleFullscreen);
byId("controls", HTMLElement).hidden = settings.get("controls") === "never";
addEventListener("online", repaint);
addEventListener("offline", repaint);

dress();
invite();
hideWhenIdle(document.body);
stayAwake();
keepForOffline();
void reader.start();
listens();

function paint() {
  const { connection } = reader;
  document.title = phrases.text("display.title", { room });
  state.dataset["phase"] = connection.phase;
  state.hidden = connection.phase === "open";
  say(state, explain(phrases, connection, navigator.onLine) || brief(phrases, connection, navigator.onLine));
  if (connection.phase === "stopped") recovery.reload();
  offerLanguages(language, reader.languages, reader.language);
  screens.paint(reader);
  root.toggleAttribute("data-empty", screens.isCleared);
  announcer.announce(reader.captions, reader.joined);
}

function dress() {
  root.dataset["theme"] = settings.get("theme");
  root.dataset["font"] = settings.get("font");
  root.dataset["qr"] = settings.get("qr");
  root.style.setProperty("--size", String(settings.get("size") / 100));
  root.style.setProperty("--lines", String(settings.get("lines")));
  screens.remeasure();
}

/** Says how to read along. Nobody can type a token, and the page's own may allow more than reading. */
function invite() {
  const page = pageUrl("captions", room);
  const isShown = settings.get("qr") !== "never" && (!tokens.token || tokens.reader !== "");
  welcome.dataset["kind"] = isShown ? "code" : "plain";
  byId("invitation", HTMLElement).dataset["text"] = isShown ? "display.invitation" : "display.here";
  phrases.fill();
  if (!isShown) return;
  byId("code", HTMLElement).append(qrCode(withTokens(page, { token: tokens.reader }).href));
  if (!tokens.token) say(byId("link", HTMLElement), page.href.replace(/^https?:\/\//, ""));
}

async function toggleFullscreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  // Where it is not allowed, the page stays as it is.
  else await root.requestFullscreen().catch(() => {});
}
