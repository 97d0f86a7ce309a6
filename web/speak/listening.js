/**
 * The speaker's microphone: which one, whether it hears anything, and recognition of what it hears.
 *
 * #microphone (aria-pressed) with #microphone-label, #test (aria-pressed), #microphone-state, #level (--level),
 * #device-row with #device, #local-row with #local, #cloud
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Local, Problem } from "../lib/microphone.js"
 * @import { Refusal } from "../lib/sound.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {() => string} lang that is spoken
 * @property {() => readonly string[]} terms that are likely to be said
 * @property {{ device: string, isLocal: boolean }} chosen before
 * @property {(device: string) => void} ondevice
 * @property {(isLocal: boolean) => void} onlocal
 * @property {() => void} onstart before it listens
 * @property {(text: string) => void} onpartial
 * @property {(text: string) => void} onfinal
 * @property {() => void} onchange
 */
import { bestOf } from "../lib/languages.js";
import { Microphone, installRecognition, localRecognition } from "../lib/microphone.js";
import { byId, say } from "../lib/page.js";
import { Sound, microphones } from "../lib/sound.js";

/** Below this nobody is speaking; after so long without it something may be wrong. */
const QUIET = 0.2;
const QUIET_MS = 5000;

export class Listening {
  #options;
  #sound = new Sound();
  #microphone;
  #button = byId("microphone", HTMLButtonElement);
  #test = byId("test", HTMLButtonElement);
  #level = byId("level", HTMLElement);
  #device = byId("device", HTMLSelectElement);
  #localBox = byId("local", HTMLInputElement);
  /** @type {Problem | Refusal} */
  #problem = "";
  /** @type {Local | "failed"} */
  #local = "unavailable";
  #isOpening = false;
  #heardAt = 0;
  #isQuiet = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#microphone = new Microphone({
      onpartial: options.onpartial,
      onfinal: options.onfinal,
      onchange: (_listening, problem) => this.#changed(problem),
    });
    this.#button.addEventListener("click", () => this.#toggle());
    this.#test.addEventListener("click", () => this.#toggleTest());
    this.#device.addEventListener("change", () => this.#chooseDevice());
    this.#localBox.addEventListener("change", () => this.#chooseLocal());
    this.#test.hidden = !Microphone.isModern;
    this.#button.hidden = !Microphone.isSupported;
    void this.checkLocal();
    this.paint();
  }

  get isListening() {
    return this.#microphone.isListening;
  }

  /** Whether the language that is spoken now can be recognised on this device. */
  async checkLocal() {
    this.#local = await localRecognition(this.#tag());
    this.#localBox.checked = this.#local === "available" && this.#options.chosen.isLocal;
    this.paint();
  }

  stop() {
    if (this.isListening) this.#microphone.stop();
  }

  async #toggle() {
    if (this.isListening) {
      this.stop();
      return;
    }
    this.#options.onstart();
    if (Microphone.isModern && !(await this.#open())) return;
    this.#listen();
  }

  async #toggleTest() {
    if (this.#sound.isOpen) this.#close();
    else await this.#open();
  }

  #listen() {
    const { terms } = this.#options;
    const [lang, isLocal] = [this.#tag(), this.#localBox.checked];
    this.#microphone.start({ lang, track: this.#sound.track, isLocal, phrases: terms() });
  }

  /** With a region where the browser's owner has one, which recognition does better with. */
  #tag() {
    const lang = this.#options.lang();
    return bestOf([lang], navigator.languages) || lang;
  }

  /** @returns {Promise<boolean>} whether the microphone is open, and nobody has thought better of it */
  async #open() {
    if (this.#isOpening) return false;
    this.#isOpening = true;
    this.#problem = await this.#sound.open(this.#options.chosen.device);
    this.#isOpening = false;
    if (this.#sound.isOpen) await this.#offerDevices();
    this.#heardAt = performance.now();
    this.#watch();
    this.paint();
    return this.#sound.isOpen;
  }

  #close() {
    this.#sound.close();
    this.#isQuiet = false;
    this.paint();
  }

  async #offerDevices() {
    const devices = await microphones();
    this.#device.replaceChildren(...devices.map(({ id, name }) => new Option(name, id)));
    this.#device.value = this.#sound.device;
  }

  async #chooseDevice() {
    this.#options.chosen.device = this.#device.value;
    this.#options.ondevice(this.#device.value);
    const wasListening = this.isListening;
    this.stop();
    if ((await this.#open()) && wasListening) this.#listen();
  }

  async #chooseLocal() {
    const wanted = this.#localBox.checked;
    this.#options.chosen.isLocal = wanted;
    this.#options.onlocal(wanted);
    if (wanted && this.#local !== "available") await this.#install();
  }

  async #install() {
    this.#local = "downloading";
    this.#localBox.checked = false;
    this.paint();
    this.#local = (await installRecognition(this.#tag())) ? "available" : "failed";
    this.#localBox.checked = this.#local === "available";
    this.paint();
  }

  /** @param {Problem} problem */
  #changed(problem) {
    this.#problem = problem;
    if (!this.isListening) this.#sound.close();
    this.paint();
    this.#options.onchange();
  }

  /** Shows how loud it is, as long as the microphone is open. */
  #watch() {
    if (!this.#sound.isOpen) return;
    const [level, now] = [this.#sound.level(), performance.now()];
    if (level > QUIET) this.#heardAt = now;
    const isQuiet = now - this.#heardAt > QUIET_MS;
    if (isQuiet !== this.#isQuiet) {
      this.#isQuiet = isQuiet;
      this.paint();
    }
    this.#level.style.setProperty("--level", level.toFixed(3));
    requestAnimationFrame(() => this.#watch());
  }

  paint() {
    const { phrases } = this.#options;
    const listening = this.isListening;
    this.#button.setAttribute("aria-pressed", String(listening));
    say(byId("microphone-label", HTMLElement), phrases.text(listening ? "speak.microphone_stop" : "speak.microphone"));
    this.#test.setAttribute("aria-pressed", String(this.#sound.isOpen && !listening));
    this.#test.disabled = listening;
    this.#level.hidden = !this.#sound.isOpen;
    byId("device-row", HTMLElement).hidden = this.#device.options.length === 0;
    byId("local-row", HTMLElement).hidden = this.#local === "unavailable";
    this.#localBox.disabled = listening || this.#local === "downloading";
    byId("cloud", HTMLElement).hidden = !Microphone.isSupported || this.#localBox.checked;
    say(byId("microphone-state", HTMLElement), this.#inWords());
  }

  #inWords() {
    const { phrases } = this.#options;
    if (!Microphone.isSupported) return phrases.text("speak.microphone_unsupported");
    if (this.#problem) return phrases.text(`microphone.${this.#problem}`);
    if (this.#local === "downloading") return phrases.text("speak.local_downloading");
    if (this.#local === "failed") return phrases.text("speak.local_failed");
    if (this.#sound.isOpen && this.#isQuiet) return phrases.text("speak.microphone_quiet");
    if (this.isListening) return phrases.text("speak.microphone_listening");
    return this.#sound.isOpen ? phrases.text("speak.microphone_testing") : "";
  }
}
