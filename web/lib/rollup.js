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
    const before = last?.getBoundingClientRect().top ?? 0;
    paint();
    if (!last?.isConnected) return;
    const running = this.#animation;
    this.#animation = undefined;
    running?.cancel();
    const way = before - last.getBoundingClientRect().top;
    if (way > 1) this.#roll(way);
  }

  /** @param {number} way in pixels */
  #roll(way) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const frames = [{ transform: `translateY(${way}px)` }, { transform: "none" }];
    this.#animation = this.#element.animate(frames, { duration: 220, easing: "ease-out" });
  }
}
