/**
 * What was said, as files to keep.
 *
 * #transcript-language, #bilingual, #formats: button (value), #transcript-state
 *
 * @import { Phrases } from "../lib/i18n.js"
 */
import { byId, offerLanguages, say } from "../lib/page.js";
import { saveTranscript } from "../lib/transcript.js";

export class Transcripts {
  #phrases;
  #room;
  #token;
  #languages = byId("transcript-language", HTMLSelectElement);
  #source = "";

  /** @param {Phrases} phrases @param {string} room @param {string} token */
  constructor(phrases, room, token) {
    this.#phrases = phrases;
    this.#room = room;
    this.#token = token;
    for (const button of byId("formats", HTMLElement).querySelectorAll("button")) {
      button.addEventListener("click", () => this.#save(button.value));
    }
  }

  /** @param {string} source @param {readonly string[]} langs that were read, the spoken one among them */
  paint(source, langs) {
    const before = this.#languages.value;
    this.#source = source;
    offerLanguages(this.#languages, langs, langs.includes(before) ? before : (langs[0] ?? ""));
  }

  /** @param {string} format */
  async #save(format) {
    const both = byId("bilingual", HTMLInputElement).checked;
    const langs = [...new Set(both ? [this.#source, this.#languages.value] : [this.#languages.value])];
    const wanted = { room: this.#room, langs, format, token: this.#token };
    say(byId("transcript-state", HTMLElement), await saveTranscript(wanted, this.#phrases));
  }
}
