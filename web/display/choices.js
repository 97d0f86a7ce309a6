/** What may be chosen for a screen, by the names that the address and the browser's memory have for it. */
import { choice, font, languages, number, stability, theme, ui } from "../lib/settings.js";

export const CHOICES = {
  lang: languages(4),
  rotate: number(0, 3600, 0),
  stability,
  pace: number(0, 100, 17),
  size: number(25, 400, 100),
  lines: number(1, 20, 3),
  font,
  theme: { ...theme, fallback: "dark" },
  clear: number(1, 3600, 30),
  qr: choice(["idle", "always", "never"], "idle"),
  controls: choice(["auto", "never"], "auto"),
  ui,
};
