/**
 * The rehearsal of an operator: a sample goes through the whole chain, and each part of it gets a grade.
 *
 * #rehearse, #verdict (data-grade), #trial (progress), #checks: li (data-grade)
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Operator } from "../lib/operator.js"
 * @import { Grade } from "./checks.js"
 *
 * @typedef {{ grade: Grade, words: string, lang?: string, said?: string }} Check `said`: how the sample came out
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {Operator} operator
 * @property {string} token
 * @property {() => readonly string[]} langs that the room is read in, the spoken one aside
 */
import { bestOf, directionOf, endonym } from "../lib/languages.js";
import { byId, say } from "../lib/page.js";
import { readTalk, withNumbers } from "../lib/talk.js";
import { Trial } from "../lib/trial.js";
import { finding, gradeOf, gradeOfLoad, loadIn, worstOf } from "./checks.js";
import { SAMPLES } from "./sample.js";

export class Rehearsal {
  #options;
  #button = byId("rehearse", HTMLButtonElement);
  #progress = byId("trial", HTMLProgressElement);
  /** @type {Trial | null} */
  #trial = null;
  /** @type {(() => Check[]) | null} told anew when the page speaks another language */
  #tell = null;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#button.addEventListener("click", () => (this.#trial ? this.#trial.stop() : this.#run()));
  }

  async #run() {
    const { operator, token } = this.#options;
    const source = operator.room?.source ?? "";
    const langs = this.#options.langs();
    const sample = SAMPLES[bestOf([source], Object.keys(SAMPLES))];
    this.#tell = null;
    if (!sample || langs.length === 0) {
      this.#tell = () => [...this.#checksOfRoom(), this.#nothingToSpeak(source, langs)];
      return this.paint();
    }
    const talk = readTalk(withNumbers(sample), source);
    const onchange = () => (this.#progress.value = trial.progress);
    const trial = new Trial({ source, langs, token, terms: operator.terms, talk, onchange });
    this.#trial = trial;
    this.paint();
    await trial.done;
    this.#trial = null;
    this.#tell = () => [this.#checkOfServer(trial), ...this.#checksOfRoom(), ...this.#checksOfLanguages(trial, langs)];
    this.paint();
  }

  paint() {
    const { phrases } = this.#options;
    const checks = this.#tell?.() ?? [];
    const grade = worstOf(checks.map((check) => check.grade));
    const verdict = byId("verdict", HTMLElement);
    this.paintButton();
    verdict.hidden = checks.length === 0;
    verdict.dataset["grade"] = grade;
    say(verdict, checks.length > 0 ? phrases.text(`verdict.${grade}`) : "");
    byId("checks", HTMLElement).replaceChildren(...checks.map((check) => this.#itemOf(check)));
  }

  paintButton() {
    const { phrases, operator } = this.#options;
    this.#button.disabled = operator.room === null;
    say(this.#button, phrases.text(this.#trial ? "rehearsal.stop" : "rehearsal.start"));
    this.#progress.hidden = this.#trial === null;
  }

  /** @param {Trial} trial @returns {Check} */
  #checkOfServer({ connectMs, problem }) {
    const { phrases } = this.#options;
    if (connectMs !== null && !problem)
      return { grade: "good", words: phrases.text("check.server", { n: Math.round(connectMs) }) };
    return { grade: "bad", words: phrases.text("check.no_server", { detail: problem || "–" }) };
  }

  /** @returns {Check[]} */
  #checksOfRoom() {
    const { phrases, operator } = this.#options;
    const { connection, status } = operator;
    if (connection.phase !== "open" || !status) return [{ grade: "bad", words: phrases.text("check.no_room") }];
    const isHere = status.speaker === "connected";
    return [
      { grade: isHere ? "good" : "care", words: phrases.text(isHere ? "check.speaker" : "check.no_speaker") },
      { grade: gradeOfLoad(loadIn(status.load)), words: phrases.text(`server.${loadIn(status.load)}`) },
    ];
  }

  /** @param {Trial} trial @param {readonly string[]} langs @returns {Check[]} */
  #checksOfLanguages(trial, langs) {
    const { phrases } = this.#options;
    return langs.map((lang) => {
      const outcome = trial.outcome(lang);
      const found = finding(outcome);
      const seconds = Math.round((outcome.firstMs ?? 0) / 100) / 10;
      const percent = Math.round((outcome.erasure ?? 0) * 100);
      const words = phrases.text(`found.${found}`, { language: endonym(lang), seconds, percent });
      const said = outcome.captions.map(({ stable, tentative }) => stable + tentative).join(" ");
      return { grade: gradeOf(found), words, lang, said };
    });
  }

  /** @param {string} source @param {readonly string[]} langs @returns {Check} */
  #nothingToSpeak(source, langs) {
    const key = langs.length === 0 ? "check.no_languages" : "check.no_sample";
    return { grade: "care", words: this.#options.phrases.text(key, { language: endonym(source) }) };
  }

  /** @param {Check} check */
  #itemOf({ grade, words, lang = "", said }) {
    const item = document.createElement("li");
    item.dataset["grade"] = grade;
    const mark = Object.assign(document.createElement("strong"), {
      textContent: this.#options.phrases.text(`grade.${grade}`),
    });
    item.append(mark, ` ${words}`);
    if (said) {
      const heard = document.createElement("p");
      item.append(Object.assign(heard, { lang, dir: directionOf(lang), className: "hint", textContent: said }));
    }
    return item;
  }
}
