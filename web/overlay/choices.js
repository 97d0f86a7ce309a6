/** What an overlay may be told in its address. Nothing is remembered: a scene looks the same on every machine. */
import { choice, colour, font, languages, number, position, stability } from "../lib/settings.js";

export const CHOICES = {
  lang: languages(2),
  stability,
  pace: number(0, 100, 17),
  lines: number(1, 20, 2),
  size: number(1, 50, 5),
  font,
  weight: number(100, 900, 600),
  colour: colour("#ffffff"),
  background: colour("#000000b3"),
  edge: choice(["none", "shadow", "outline"], "none"),
  align: choice(["start", "center", "end"], "center"),
  position: position("bottom"),
  width: number(10, 100, 80),
  margin: number(0, 40, 5),
  clear: number(1, 3600, 10),
};
