/** Lets the lines roll up instead of jumping. */
export class RollUp {
  #element;
  /** @type {Animation | undefined} */
  #animation;

  /** @param {HTMLElement} element whose children are the segments, the newest at its lower end */
  constructor(element) {
    this.#element = element;
  }

  /** @param {() => void} paint */
  around(paint) {
    const last = this.#element.lastElementChild;
    if (!(last instanceof HTMLElement)) return paint();
    const [top, height] = [last.getBoundingClientRect().top, this.#heightFrom(last)];
    paint();
    // Where no line has come, one that is still rolling goes on.
    if (!last.isConnected || this.#heightFrom(last) === height) return;
    const running = this.#animation;
    this.#animation = undefined;
    running?.cancel();
    const way = top - last.getBoundingClientRect().top;
    if (way > 1) this.#roll(way);
  }

  /** @param {HTMLElement} last @returns {number} from its top to the end of the text */
  #heightFrom(last) {
    return this.#element.offsetHeight - last.offsetTop;
  }

  /** @param {number} way in pixels */
  #roll(way) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const frames = [{ transform: `translateY(${way}px)` }, { transform: "none" }];
    this.#animation = this.#element.animate(frames, { duration: 220, easing: "ease-out" });
  }
}
