/** Keeps a scrolling box at its end while text arrives, until the person scrolls back. */
export class Follow {
  #box;
  #button;
  #top = 0;
  #following = true;

  /**
   * @param {HTMLElement} box that scrolls
   * @param {HTMLElement} button that leads back to the end; shown only where that is needed
   */
  constructor(box, button) {
    this.#box = box;
    this.#button = button;
    box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.resume());
    new ResizeObserver(() => this.#following && this.#toEnd("instant")).observe(box);
  }

  /** Text may have been added. */
  update() {
    if (!this.#following) return;
    const distance = this.#distance();
    if (distance > 0) this.#toEnd(distance < this.#box.clientHeight ? "smooth" : "instant");
  }

  /** Stays where it is, whatever is added. */
  hold() {
    this.#set(false);
  }

  resume() {
    this.#set(true);
    this.#toEnd("smooth");
    this.#box.focus({ preventScroll: true });
  }

  #distance() {
    return this.#box.scrollHeight - this.#box.clientHeight - this.#box.scrollTop;
  }

  #scrolled() {
    const top = this.#box.scrollTop;
    // Following only ever scrolls down: whoever scrolls up is a person.
    if (this.#distance() < 4) this.#set(true);
    else if (top < this.#top - 1) this.#set(false);
    this.#top = top;
  }

  /** @param {boolean} following */
  #set(following) {
    this.#following = following;
    this.#button.hidden = following;
  }

  /** @param {ScrollBehavior} behavior */
  #toEnd(behavior) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#box.scrollTo({ top: this.#box.scrollHeight, behavior: calm ? "instant" : behavior });
  }
}
