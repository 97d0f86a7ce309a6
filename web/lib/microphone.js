/**
 * Speech to text by the browser's own recognition, which ends at every longer silence and is started again here.
 *
 * @typedef {object} Handlers
 * @property {(text: string) => void} onpartial
 * @property {(text: string) => void} onfinal
 * @property {(listening: boolean, problem: string) => void} onchange `problem` in words, for the person
 */

/** @type {typeof SpeechRecognition | undefined} */
const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/** Problems that starting again does not solve. @type {Record<string, string>} */
const FATAL = {
  "not-allowed": "The browser may not use the microphone. Allow it in the address bar, then try again.",
  "service-not-allowed": "This browser does not allow speech recognition here. Please type instead.",
  "audio-capture": "There is no microphone, or another program is using it.",
  "language-not-supported": "The browser cannot recognise this language. Please type instead.",
};
const NETWORK = "The browser's speech recognition cannot be reached. Trying again; you can type meanwhile.";

export class Microphone {
  static get isSupported() {
    return Recognition !== undefined;
  }

  #handlers;
  #lang = "";
  /** @type {SpeechRecognition | null} */
  #recognition = null;
  #interim = "";
  #failures = 0;
  #problem = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #listening = false;

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  get isListening() {
    return this.#listening;
  }

  /** @param {string} lang */
  start(lang) {
    this.#lang = lang;
    this.#failures = 0;
    this.#set(true, "");
    // One that is still ending starts the next when it has ended; two at once are refused.
    if (!this.#recognition) this.#listen();
  }

  stop() {
    clearTimeout(this.#retry);
    this.#set(false, "");
    this.#recognition?.stop();
  }

  #listen() {
    if (!Recognition) return;
    const recognition = new Recognition();
    recognition.lang = this.#lang;
    recognition.interimResults = true;
    // Chrome on Android repeats every final result of a continuous session.
    recognition.continuous = !/Android/.test(navigator.userAgent);
    let finished = 0;
    recognition.onresult = ({ results }) => {
      const heard = hear(results, finished);
      finished = heard.finished;
      this.#failures = 0;
      this.#set(this.#listening, "");
      for (const text of heard.finals) this.#finish(text);
      this.#interim = heard.interim;
      if (heard.interim) this.#handlers.onpartial(heard.interim);
    };
    recognition.onerror = ({ error }) => this.#failed(error);
    recognition.onend = () => this.#ended();
    this.#recognition = recognition;
    recognition.start();
  }

  /** @param {string} error */
  #failed(error) {
    if (FATAL[error]) this.#set(false, FATAL[error]);
    else if (error !== "no-speech") this.#failures++;
    if (error === "network") this.#set(this.#listening, NETWORK);
  }

  #ended() {
    this.#recognition = null;
    // What was heard last will not be heard to its end: nobody is to be left with half a sentence.
    if (this.#interim) this.#finish(this.#interim);
    if (!this.#listening) return;
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#retry = setTimeout(() => this.#listen(), this.#failures ? longest : FIRST_RETRY_MS);
  }

  /** @param {string} text */
  #finish(text) {
    this.#interim = "";
    this.#handlers.onfinal(text);
  }

  /** @param {boolean} listening @param {string} problem */
  #set(listening, problem) {
    if (listening === this.#listening && problem === this.#problem) return;
    this.#listening = listening;
    this.#problem = problem;
    this.#handlers.onchange(listening, problem);
  }
}

/**
 * Sorts a session's results.
 *
 * @param {ArrayLike<{ isFinal: boolean, [alternative: number]: { transcript: string } }>} results all of the session so far
 * @param {number} finished how many of them were final before
 * @returns {{ finals: string[], interim: string, finished: number }}
 */
export function hear(results, finished) {
  const rest = Array.from(results).slice(finished);
  const open = rest.findIndex((result) => !result.isFinal);
  const finals = open < 0 ? rest : rest.slice(0, open);
  const text = (/** @type {typeof rest} */ part) => part.map((result) => result[0]?.transcript ?? "");
  return {
    finals: text(finals),
    interim: text(rest.slice(finals.length)).join("").trim(),
    finished: finished + finals.length,
  };
}
