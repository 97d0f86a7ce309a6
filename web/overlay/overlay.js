/**
 * `/overlay/{room}`: the newest lines on nothing, for OBS, vMix and other mixers; all of it is told in the address
 * (choices.js); `#token=`, or `?token=` where the mixer loses what comes after a #
 *
 * #screens: .screen (data-cleared) of .row of .segment (data-segment, data-final) of .stable and .tentative
 */
import { byId, oncePerFrame } from "../lib/page.js";
import { roomIn } from "../lib/places.js";
import { Reader } from "../lib/reader.js";
import { Recovery } from "../lib/recover.js";
import { Screens } from "../lib/screens.js";
import { addressSettings } from "../lib/settings.js";
import { takeTokens } from "../lib/tokens.js";
import { CHOICES } from "./choices.js";

/** More than fit in any picture. */
const SEGMENTS = 20;
const STYLES = /** @type {const} */ (["lines", "size", "weight", "colour", "background", "width", "margin"]);
const ATTRIBUTES = /** @type {const} */ (["font", "edge", "align", "position"]);

const recovery = new Recovery();
const { token } = takeTokens();
const settings = addressSettings(CHOICES);
const { dataset, style } = document.documentElement;

for (const name of STYLES) style.setProperty(`--${name}`, String(settings.get(name)));
for (const name of ATTRIBUTES) dataset[name] = settings.get(name);

const repaint = oncePerFrame(paint);
const screens = new Screens(byId("screens", HTMLElement), {
  clear: settings.get("clear") * 1000,
  pace: settings.get("pace"),
  rotate: 0,
  onchange: repaint,
});
const reader = new Reader({
  room: roomIn(location),
  token,
  langs: settings.get("lang"),
  preferred: navigator.languages,
  stability: settings.get("stability"),
  limit: SEGMENTS,
  forever: true,
  onchange: repaint,
});
void reader.start();

/** What goes wrong is no viewer's business: nothing is shown of it. */
function paint() {
  if (reader.connection.phase === "stopped") recovery.reload();
  screens.paint(reader);
}
