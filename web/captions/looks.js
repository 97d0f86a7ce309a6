/**
 * How the captions look: #smaller, #size, #larger, and the menus #font, #theme, #lines, #width, #position, #layout.
 *
 * @import { CHOICES } from "./choices.js"
 * @import { ValuesOf, Settings } from "../lib/settings.js"
 */
import { byId, menu, say } from "../lib/page.js";

const SIZES = [75, 100, 125, 150, 200, 250, 300];
const MENUS = /** @type {const} */ (["font", "theme", "lines", "width", "position", "layout"]);

export class Looks {
  #settings;
  #onchange;

  /**
   * @param {Settings<ValuesOf<typeof CHOICES>>} settings
   * @param {() => void} onchange
   */
  constructor(settings, onchange) {
    this.#settings = settings;
    this.#onchange = onchange;
    for (const name of MENUS) {
      menu(name, String(settings.get(name)), (value) => {
        settings.set(name, value);
        this.apply();
      });
    }
    byId("smaller", HTMLElement).addEventListener("click", () => this.#resize(SIZES.findLast((s) => s < this.#size)));
    byId("larger", HTMLElement).addEventListener("click", () => this.#resize(SIZES.find((s) => s > this.#size)));
  }

  apply() {
    const { dataset, style } = document.documentElement;
    for (const name of MENUS) dataset[name] = String(this.#settings.get(name));
    style.setProperty("--lines", dataset["lines"] ?? "");
    style.setProperty("--size", String(this.#size / 100));
    say(byId("size", HTMLElement), `${this.#size} %`);
    this.#onchange();
  }

  get #size() {
    return this.#settings.get("size");
  }

  /** @param {number | undefined} percent */
  #resize(percent) {
    if (percent === undefined) return;
    this.#settings.set("size", String(percent));
    this.apply();
  }
}
