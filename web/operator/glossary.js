/**
 * The room's glossary: terms, and what is written for them in each language. It is put into force as a whole.
 *
 * #glossary (form): #glossary-language, #terms: .term of .source, .target and .remove; #add, #save, #discard,
 * #glossary-state
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Glossary, Term } from "../lib/protocol.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {(request: Glossary) => void} onrequest
 *
 * @typedef {{ targets: Record<string, string>, keep: boolean, source: HTMLInputElement, target: HTMLInputElement }} Line
 */
import { directionOf } from "../lib/languages.js";
import { byId, offerLanguages, say } from "../lib/page.js";
import { MAX_TERM } from "../lib/protocol.js";
import { termsIn } from "./terms.js";

export class GlossaryEditor {
  #options;
  #list = byId("terms", HTMLElement);
  #languages = byId("glossary-language", HTMLSelectElement);
  #source = "";
  /** @type {Set<Line>} */
  #lines = new Set();
  /** In force now, as the server last said. @type {readonly Term[]} */
  #terms = [];
  /** Those that are shown, or were when editing began. @type {readonly Term[] | null} */
  #shown = null;
  #isEdited = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    byId("glossary", HTMLFormElement).addEventListener("submit", (event) => this.#save(event));
    byId("add", HTMLElement).addEventListener("click", () => this.#addLine({ source: "" }).source.focus());
    byId("discard", HTMLElement).addEventListener("click", () => this.#show(this.#terms));
    this.#languages.addEventListener("change", () => this.#showTargets());
  }

  /**
   * @param {readonly Term[]} terms in force
   * @param {string} source
   * @param {readonly string[]} langs that a term may be translated into
   */
  paint(terms, source, langs) {
    const before = this.#languages.value;
    this.#source = source;
    this.#terms = terms;
    offerLanguages(this.#languages, langs, langs.includes(before) ? before : (langs[0] ?? ""));
    if (terms !== this.#shown && !this.#isEdited) this.#show(terms);
    if (this.#languages.value !== before) this.#showTargets();
    this.#paintState();
  }

  #paintState() {
    const { phrases } = this.#options;
    const n = this.#terms.length;
    const edited = phrases.text(this.#terms === this.#shown ? "glossary.edited" : "glossary.outdated");
    byId("save", HTMLButtonElement).disabled = byId("discard", HTMLButtonElement).disabled = !this.#isEdited;
    say(byId("glossary-state", HTMLElement), this.#isEdited ? edited : phrases.text("glossary.in_force", { n }));
  }

  /** @param {readonly Term[]} terms */
  #show(terms) {
    this.#shown = terms;
    this.#isEdited = false;
    this.#list.replaceChildren();
    this.#lines.clear();
    for (const term of terms.length > 0 ? terms : [{ source: "" }]) this.#addLine(term);
    this.#paintState();
  }

  #edited() {
    this.#isEdited = true;
    this.#paintState();
  }

  /** @param {Event} event */
  #save(event) {
    event.preventDefault();
    const lines = [...this.#lines].filter(({ source }) => source.value.trim());
    const terms = lines.map((line) => ({
      source: line.source.value.trim(),
      targets: line.targets,
      keep: isKept(line),
    }));
    this.#isEdited = false;
    this.#options.onrequest({ type: "glossary", terms });
  }

  /** @param {Term} term @returns {Line} */
  #addLine({ source, targets = {}, keep = false }) {
    const { phrases } = this.#options;
    const line = { targets: { ...targets }, keep, source: input("source"), target: input("target") };
    const remove = Object.assign(document.createElement("button"), { className: "remove", type: "button" });
    const item = document.createElement("li");
    item.className = "term";
    remove.textContent = "✕";
    item.append(line.source, line.target, remove);
    line.source.value = source;
    line.source.lang = this.#source;
    for (const [element, key] of /** @type {const} */ ([
      [line.source, "glossary.term"],
      [line.target, "glossary.translation"],
      [remove, "glossary.remove"],
    ]))
      Object.assign(element, { ariaLabel: phrases.text(key) }).dataset["label"] = key;
    line.source.addEventListener("input", () => this.#edited());
    line.source.addEventListener("paste", (event) => this.#paste(event));
    line.target.addEventListener("input", () => this.#retarget(line));
    remove.addEventListener("click", () => {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      this.#drop(line);
      this.#edited();
      (next?.querySelector("input") ?? byId("add", HTMLElement)).focus();
    });
    this.#lines.add(line);
    this.#list.append(item);
    this.#showTarget(line);
    return line;
  }

  /** @param {Line} line */
  #retarget({ targets, target }) {
    const text = target.value.trim();
    if (text) targets[this.#languages.value] = text;
    else delete targets[this.#languages.value];
    this.#edited();
  }

  #showTargets() {
    for (const line of this.#lines) this.#showTarget(line);
  }

  /** @param {Line} line */
  #showTarget(line) {
    const { targets, target } = line;
    const lang = this.#languages.value;
    target.value = targets[lang] ?? "";
    target.lang = lang;
    target.dir = directionOf(lang);
    const key = isKept(line) ? "glossary.kept" : "glossary.free";
    target.placeholder = this.#options.phrases.text(key);
    target.dataset["placeholder"] = key;
  }

  /** A whole list at once, as spreadsheets copy it. @param {ClipboardEvent} event */
  #paste(event) {
    const terms = termsIn(event.clipboardData?.getData("text") ?? "", this.#languages.value);
    if (terms.length < 2) return;
    event.preventDefault();
    for (const line of this.#lines) if (!line.source.value) this.#drop(line);
    for (const term of terms) this.#addLine(term);
    this.#edited();
  }

  /** @param {Line} line */
  #drop(line) {
    line.source.closest("li")?.remove();
    this.#lines.delete(line);
  }
}

/** @param {Line} line @returns {boolean} whether it stays as it is where it has no translation */
function isKept({ targets, keep }) {
  return keep || Object.keys(targets).length === 0;
}

/** @param {string} className */
function input(className) {
  return Object.assign(document.createElement("input"), { className, maxLength: MAX_TERM, autocomplete: "off" });
}
