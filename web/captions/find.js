/**
 * Search in what has been said, and copies of it: #find-open opens #find: #query, #found, #previous, #next, #copy, #copied.
 *
 * @import { Phrases } from "../lib/i18n.js"
 */
import { copyText } from "../lib/clipboard.js";
import { byId, say } from "../lib/page.js";

export class Find {
  #captions;
  #phrases;
  #bar = byId("find", HTMLElement);
  #button = byId("find-open", HTMLElement);
  #query = byId("query", HTMLInputElement);
  #found = byId("found", HTMLElement);
  #copied = byId("copied", HTMLElement);
  /** @type {StaticRange[]} */
  #ranges = [];
  #at = -1;

  /**
   * @param {HTMLElement} captions of .row of .segment
   * @param {Phrases} phrases
   */
  constructor(captions, phrases) {
    this.#captions = captions;
    this.#phrases = phrases;
    this.#button.addEventListener("click", () => this.#show(!this.#isOpen));
    this.#bar.addEventListener("keydown", (event) => event.key === "Escape" && this.#show(false));
    this.#query.addEventListener("input", () => this.#search());
    this.#query.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#go(event.shiftKey ? -1 : 1);
    });
    byId("previous", HTMLElement).addEventListener("click", () => this.#go(-1));
    byId("next", HTMLElement).addEventListener("click", () => this.#go(1));
    byId("copy", HTMLElement).addEventListener("click", () => this.#copy());
  }

  /** Text may have been added. */
  update() {
    if (!this.#isOpen || !this.#query.value) return;
    const current = this.#ranges[this.#at];
    this.#ranges = rangesOf(this.#query.value, this.#captions);
    this.#at = this.#ranges.findIndex((range) => current && isSame(range, current));
    this.#paint();
  }

  get #isOpen() {
    return !this.#bar.hidden;
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.#bar.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    say(this.#copied, "");
    if (isOpen) this.#query.select();
    else this.#button.focus();
    this.#search();
  }

  /** The newest is the first that is shown. */
  #search() {
    this.#ranges = this.#isOpen ? rangesOf(this.#query.value, this.#captions) : [];
    this.#at = this.#ranges.length;
    if (this.#ranges.length > 0) this.#go(-1);
    else this.#paint();
  }

  /** @param {1 | -1} step to later ones, or to earlier ones */
  #go(step) {
    const count = this.#ranges.length;
    if (count === 0) return;
    this.#at = (this.#at + step + count) % count;
    this.#ranges[this.#at]?.startContainer.parentElement?.scrollIntoView({ block: "center" });
    this.#paint();
  }

  #paint() {
    const current = this.#ranges[this.#at];
    highlight("found", this.#ranges);
    highlight("current", current ? [current] : []);
    say(this.#found, this.#query.value && this.#isOpen ? this.#count() : "");
  }

  #count() {
    const total = this.#ranges.length;
    if (total === 0) return this.#phrases.text("find.nothing");
    return this.#phrases.text("find.count", { at: Math.max(this.#at, 0) + 1, total });
  }

  async #copy() {
    const done = await copyText(textOf(this.#captions));
    say(this.#copied, this.#phrases.text(done ? "find.copied" : "find.not_copied"));
  }
}

/**
 * @param {string} query
 * @param {HTMLElement} captions
 * @returns {StaticRange[]} where it stands in the captions, whatever its case
 */
function rangesOf(query, captions) {
  if (!query.trim()) return [];
  const pattern = new RegExp(query.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu");
  const ranges = [];
  for (const { firstChild } of captions.querySelectorAll(".stable")) {
    if (!(firstChild instanceof Text)) continue;
    for (const { 0: found, index } of firstChild.data.matchAll(pattern)) {
      const [startOffset, endOffset] = [index, index + found.length];
      ranges.push(new StaticRange({ startContainer: firstChild, startOffset, endContainer: firstChild, endOffset }));
    }
  }
  return ranges;
}

/** @param {StaticRange} a @param {StaticRange} b */
function isSame(a, b) {
  return a.startContainer === b.startContainer && a.startOffset === b.startOffset;
}

/** @param {string} name @param {StaticRange[]} ranges not shown where the browser has no highlights */
function highlight(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  if (ranges.length > 0) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

/** @param {HTMLElement} captions @returns {string} a paragraph for each row, a line in it for each language */
function textOf(captions) {
  const rows = [...captions.children].map((row) => [...row.children].map((cell) => cell.textContent));
  const isBilingual = rows.some((row) => row.length > 1);
  return rows.map((row) => row.join("\n")).join(isBilingual ? "\n\n" : "\n");
}
