/**
 * What was said and how it was translated, each sentence with a way to put it right.
 *
 * #scroller around #sentences: .row (data-segment) with .correct; while it is corrected .editing with a .correction;
 * #empty, #live
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { CancelUtterance, Caption, Correct } from "../lib/protocol.js"
 * @import { Row } from "../lib/rows.js"
 *
 * @typedef {object} Options
 * @property {Phrases} phrases
 * @property {(request: Correct | CancelUtterance) => void} onrequest
 */
import { CaptionsView } from "../lib/captions.js";
import { Follow } from "../lib/follow.js";
import { directionOf } from "../lib/languages.js";
import { byId } from "../lib/page.js";
import { MAX_TEXT } from "../lib/protocol.js";

export class Sentences {
  #options;
  #list = byId("sentences", HTMLElement);
  #view = new CaptionsView(this.#list);
  #follow = new Follow(byId("scroller", HTMLElement), byId("live", HTMLElement));
  /** @type {readonly Row[]} */
  #rows = [];

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#list.addEventListener("click", ({ target }) => {
      if (target instanceof HTMLElement && target.className === "correct") this.#edit(target);
    });
  }

  /** @param {readonly Row[]} rows the spoken language in the first column */
  paint(rows) {
    this.#rows = rows;
    this.#view.paint(rows);
    byId("empty", HTMLElement).hidden = rows.length > 0;
    for (const [index, element] of [...this.#list.children].entries()) {
      const isFinal = rows[index]?.captions[0]?.final ?? false;
      if (isFinal && !element.querySelector(".correct")) element.append(this.#button());
    }
    this.#follow.update();
  }

  #button() {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "correct" });
    button.dataset["text"] = "operator.correct";
    button.textContent = this.#options.phrases.text("operator.correct");
    return button;
  }

  /** @param {HTMLElement} button */
  #edit(button) {
    const row = button.closest(".row");
    const found = this.#rows.find(({ segment }) => String(segment) === row?.getAttribute("data-segment"));
    const caption = found?.captions[0];
    if (!row || !caption) return;
    const text = this.#textarea(caption);
    const form = this.#form(text, this.#alsoIn(caption.utterance));
    const close = () => {
      form.remove();
      row.classList.remove("editing");
      button.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#decided(caption, event.submitter?.className ?? "primary", text.value.trim());
      close();
    });
    text.addEventListener("keydown", (event) => pressed(event, form, close));
    // Others go on talking; the sentence stays where it is.
    this.#follow.hold();
    row.classList.add("editing");
    row.prepend(form);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  /** @param {Caption} caption @param {string} how the class of the button that decided it @param {string} text */
  #decided({ segment, utterance, stable }, how, text) {
    const { onrequest } = this.#options;
    if (how === "withdraw" && utterance !== undefined) onrequest({ type: "cancel", utterance });
    else if (how === "primary" && text && text !== stable) onrequest({ type: "correct", segment, text });
  }

  /** @param {number | undefined} utterance @returns {number} how many sentences were said in one breath */
  #alsoIn(utterance) {
    return this.#rows.filter(({ captions }) => captions[0]?.utterance === utterance).length;
  }

  /** @param {Caption} caption */
  #textarea({ stable: value, lang }) {
    const text = document.createElement("textarea");
    text.setAttribute("aria-label", this.#options.phrases.text("operator.corrected"));
    return Object.assign(text, { value, lang, dir: directionOf(lang), rows: 3, maxLength: MAX_TEXT });
  }

  /** @param {HTMLTextAreaElement} text @param {number} n sentences that are taken back together */
  #form(text, n) {
    const { phrases } = this.#options;
    const form = Object.assign(document.createElement("form"), { className: "correction" });
    const buttons = Object.assign(document.createElement("div"), { className: "buttons" });
    buttons.append(
      submit("primary", phrases.text("operator.save")),
      submit("dismiss", phrases.text("operator.dismiss")),
      submit("withdraw", n > 1 ? phrases.text("operator.withdraw_all", { n }) : phrases.text("operator.withdraw")),
    );
    form.append(text, buttons);
    return form;
  }
}

/** @param {KeyboardEvent} event @param {HTMLFormElement} form @param {() => void} close */
function pressed(event, form, close) {
  // Enter and Escape belong to the input method while it composes a character.
  if (event.isComposing) return;
  if (event.key === "Escape") close();
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  form.requestSubmit();
}

/** @param {string} className @param {string} textContent */
function submit(className, textContent) {
  return Object.assign(document.createElement("button"), { className, textContent });
}
