/** What a reader may choose, by the names that the address and the browser's memory have for it. */
import { choice, font, languages, number, position, stability, theme, ui } from "../lib/settings.js";

export const CHOICES = {
  lang: languages(2),
  layout: choice(["interleaved", "columns"], "interleaved"),
  stability,
  size: number(50, 400, 100),
  font,
  theme,
  lines: number(0, 20, 0),
  width: choice(["narrow", "medium", "wide", "full"], "medium"),
  position: position("bottom"),
  ui,
};
