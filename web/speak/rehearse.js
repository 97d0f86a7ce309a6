/**
 * Rehearsal: a script or a recorded talk is spoken in the speaker's place.
 *
 * #rehearsal: #script, #file, #speed, #play, #stop, #progress, #rehearsal-state
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Event } from "../lib/talk.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {() => string} lang that is spoken
 * @property {() => number} readers who are there already
 * @property {() => void} onstart
 * @property {(event: Event) => void} onevent
 * @property {() => void} onstop in the middle of it
 * @property {() => void} onend
 */
import { byId, say } from "../lib/page.js";
import { Player } from "../lib/player.js";
import { BadLine, lengthOf, readTalk } from "../lib/talk.js";

const MAX_FILE = 10_000_000;

export class Rehearsal {
  #options;
  #player;
  #script = byId("script", HTMLTextAreaElement);
  #chosen = byId("file", HTMLInputElement);
  #progress = byId("progress", HTMLProgressElement);
  /** The text of a file that was opened; recordings are too long to be shown. @type {string | null} */
  #file = null;
  #problem = "";

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#player = new Player({ onevent: options.onevent, onchange: () => this.#changed() });
    this.#chosen.addEventListener("change", () => this.#open());
    byId("play", HTMLElement).addEventListener("click", () => this.#toggle());
    byId("stop", HTMLElement).addEventListener("click", () => this.#stop());
    const speed = byId("speed", HTMLSelectElement);
    speed.addEventListener("change", () => this.#player.chooseSpeed(Number(speed.value)));
    this.#script.addEventListener("input", () => this.#write());
    this.paint();
  }

  get isPlaying() {
    return this.#player.isPlaying;
  }

  pause() {
    this.#player.pause();
  }

  #toggle() {
    if (this.#player.isPlaying) return this.#player.pause();
    this.#options.onstart();
    if (this.#player.isUnderway) this.#player.resume();
    else this.#begin();
  }

  #begin() {
    const { phrases, lang } = this.#options;
    try {
      const talk = readTalk(this.#file ?? this.#script.value, lang());
      this.#problem = talk.length === 0 ? phrases.text("speak.rehearse_empty") : "";
      this.#progress.max = Math.max(1, lengthOf(talk));
      this.#player.play(talk);
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      const { line, field } = error;
      this.#problem = field
        ? phrases.text("speak.bad_field", { line, field })
        : phrases.text("speak.bad_line", { line });
    }
    this.paint();
  }

  #stop() {
    this.#options.onstop();
    this.#player.stop();
  }

  #changed() {
    if (!this.#player.isPlaying && !this.#player.isUnderway) this.#options.onend();
    this.paint();
  }

  /** What is written takes the place of a file. */
  #write() {
    if (this.#player.isUnderway) this.#stop();
    this.#file = null;
    this.#chosen.value = this.#problem = "";
    this.paint();
  }

  async #open() {
    const file = this.#chosen.files?.[0];
    if (!file) return;
    if (this.#player.isUnderway) this.#stop();
    const fits = file.size <= MAX_FILE;
    this.#file = fits ? await file.text() : null;
    this.#problem = fits ? "" : this.#options.phrases.text("speak.file_large");
    this.paint();
  }

  paint() {
    const { phrases } = this.#options;
    const { isPlaying, isUnderway, position } = this.#player;
    const key = isPlaying ? "speak.pause" : isUnderway ? "speak.resume" : "speak.play";
    say(byId("play", HTMLElement), phrases.text(key));
    byId("stop", HTMLElement).hidden = this.#progress.hidden = !isUnderway;
    this.#progress.value = position;
    say(byId("rehearsal-state", HTMLElement), this.#inWords());
  }

  #inWords() {
    const n = this.#options.readers();
    return this.#problem || (n > 0 ? this.#options.phrases.text("speak.rehearse_readers", { n }) : "");
  }
}
