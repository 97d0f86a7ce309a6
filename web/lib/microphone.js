/**
 * Speech to text by the browser's own recognition, which ends at every longer silence and is started again here.
 *
 * @typedef {object} Handlers
 * @property {(text: string) => void} onpartial
 * @property {(text: string) => void} onfinal
 * @property {(listening: boolean, problem: Problem) => void} onchange
 *
 * @typedef {"" | "denied" | "service" | "missing" | "language" | "network"} Problem
 *
 * @typedef {object} How
 * @property {string} lang
 * @property {MediaStreamTrack | null} track where it listens; none: the browser's own choice
 * @property {boolean} isLocal on this device, so that nothing that is said leaves it
 * @property {readonly string[]} phrases to expect: names and terms
 */

/** @type {typeof SpeechRecognition | undefined} */
const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
/** How much likelier a phrase is than it would be, from 0 to 10 (Web Speech API). */
const BOOST = 4;

/** Problems that starting again does not solve. @type {Record<string, Problem>} */
const FATAL = {
  "not-allowed": "denied",
  "service-not-allowed": "service",
  "audio-capture": "missing",
  "language-not-supported": "language",
};

export class Microphone {
  static get isSupported() {
    return Recognition !== undefined;
  }

  /** Whether it listens where it is told to, and can do so on this device: browsers learnt both together. */
  static get isModern() {
    return Recognition !== undefined && "processLocally" in Recognition.prototype;
  }

  #handlers;
  /** @type {How} */
  #how = { lang: "", track: null, isLocal: false, phrases: [] };
  #takesPhrases = true;
  /** @type {SpeechRecognition | null} */
  #recognition = null;
  #interim = "";
  #failures = 0;
  /** @type {Problem} */
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

  /** @param {How} how */
  start(how) {
    this.#how = how;
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
    const { lang, track, isLocal, phrases } = this.#how;
    recognition.lang = lang;
    if (isLocal) recognition.processLocally = true;
    if (isLocal && this.#takesPhrases) expect(recognition, phrases);
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
    // One whose device was pulled out is of no more use; the browser then takes what there is.
    if (Microphone.isModern && track?.readyState === "live") recognition.start(track);
    else recognition.start();
  }

  /** @param {string} error */
  #failed(error) {
    const fatal = FATAL[error];
    if (error === "phrases-not-supported") this.#takesPhrases = false;
    else if (fatal) this.#set(false, fatal);
    else if (error !== "no-speech") this.#failures++;
    if (error === "network") this.#set(this.#listening, "network");
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

  /** @param {boolean} listening @param {Problem} problem */
  #set(listening, problem) {
    if (listening === this.#listening && problem === this.#problem) return;
    this.#listening = listening;
    this.#problem = problem;
    this.#handlers.onchange(listening, problem);
  }
}

/** @typedef {"available" | "downloadable" | "downloading" | "unavailable"} Local whether a language is on this device */

/** @param {string} lang @returns {Promise<Local>} */
export async function localRecognition(lang) {
  if (!Microphone.isModern) return "unavailable";
  const asked = Recognition?.available?.({ langs: [lang], processLocally: true });
  return (await asked?.catch(() => null)) ?? "unavailable";
}

/** Has the browser download what it needs for a language. @param {string} lang @returns {Promise<boolean>} whether it has */
export async function installRecognition(lang) {
  const asked = Recognition?.install?.({ langs: [lang], processLocally: true });
  return (await asked?.catch(() => false)) ?? false;
}

/** @typedef {new (phrase: string, boost: number) => object} PhraseMaker */

/**
 * Tells the browser, where it listens to that, which words are likely.
 *
 * @param {SpeechRecognition} recognition
 * @param {readonly string[]} phrases
 */
function expect(recognition, phrases) {
  const { SpeechRecognitionPhrase: Phrase } = /** @type {{ SpeechRecognitionPhrase?: PhraseMaker }} */ (globalThis);
  if (!Phrase || !("phrases" in recognition)) return;
  recognition.phrases = phrases.map((phrase) => new Phrase(phrase, BOOST));
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
