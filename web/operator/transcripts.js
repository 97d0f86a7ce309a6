/**
 * What was said, as files to keep.
 *
 * #transcript-language, #bilingual, #formats: button (value), #transcript-state
 *
 * @import { Phrases } from "../lib/i18n.js"
 */
import { byId, offerLanguages, say } from "../lib/page.js";
import { transcriptUrl } from "../lib/places.js";

const TIMEOUT_MS = 30_000;

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
    const state = byId("transcript-state", HTMLElement);
    say(state, "");
    try {
      keep(await this.#fetch(format, langs), `${this.#room}.${langs.join("+")}.${format}`);
    } catch (error) {
      say(state, this.#phrases.text("transcripts.failed", { detail: error instanceof Error ? error.message : "" }));
    }
  }

  /** With the token in a header: an address is kept in histories and logs. @param {string} format @param {string[]} langs */
  async #fetch(format, langs) {
    /** @type {Record<string, string>} */
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const url = transcriptUrl(format, this.#room, { lang: langs.join() });
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.ok) return answer.blob();
    const body = await answer.json().catch(() => null);
    throw new Error(body?.message ?? String(answer.status));
  }
}

/** @param {Blob} file @param {string} name */
function keep(file, name) {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), TIMEOUT_MS);
}
