/**
 * What the speaker types: read while it is typed, unless somebody else has the floor; then it waits for Enter.
 *
 * #form of #text and #send
 *
 * @import { Utterances } from "../lib/utterance.js"
 */
import { byId } from "../lib/page.js";

export class Typing {
  #utterances;
  #hasFloor;
  #text = byId("text", HTMLTextAreaElement);

  /** @param {Utterances} utterances @param {() => boolean} hasFloor whether a voice or a rehearsal is being heard */
  constructor(utterances, hasFloor) {
    this.#utterances = utterances;
    this.#hasFloor = hasFloor;
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    byId("form", HTMLFormElement).addEventListener("submit", (event) => this.#send(event));
    // Not before somebody listens: what is typed into a page that still loads would be lost.
    this.#text.disabled = false;
  }

  #typed() {
    if (!this.#hasFloor()) this.#utterances.partial(this.#text.value);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // Enter and Escape belong to the input method while it composes a character.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.#send(event);
    if (event.key === "Escape") this.#takeBack();
  }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault();
    if (this.#hasFloor()) this.#utterances.insert(this.#text.value);
    else this.#utterances.final(this.#text.value);
    this.#text.value = "";
    this.#text.focus();
  }

  #takeBack() {
    if (!this.#hasFloor()) this.#utterances.cancel();
    this.#text.value = "";
  }
}
