/**
 * The language that the pages themselves speak: the one chosen, or else the browser's, or else English. Only its messages
 * are loaded, besides the English ones, which stand in for them where they cannot be.
 *
 * @import { Messages, Plural } from "../i18n/en.js"
 *
 * @typedef {keyof typeof en} Key
 * @typedef {(typeof en)[Key]} English
 */

/**
 * The values that a text asks for.
 *
 * @template {string} Text
 * @typedef {Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never} Names
 */

/**
 * @template {English} E
 * @typedef {E extends string ? Names<E> : E extends Plural ? Names<E["other"]> : never} NamesIn
 */
import en from "../i18n/en.js";
import { bestOf, endonym } from "./languages.js";

export const LANGUAGES = Object.freeze(["en", "de", "fr", "es", "zh"]);

/** What `data-NAME="key"` sets in an element, where that is an attribute. */
const ATTRIBUTES = { label: "aria-label", placeholder: "placeholder", title: "title" };

export class Phrases {
  /** @type {Messages} */
  #messages = en;
  #plural = new Intl.PluralRules("en");

  /** The one in use. */
  language = "en";

  /** @param {string} language empty: the best for the browser */
  async load(language) {
    const wanted = language || bestOf(navigator.languages, LANGUAGES) || "en";
    this.#messages = await load(wanted);
    this.language = this.#messages === en ? "en" : wanted;
    this.#plural = new Intl.PluralRules(this.language);
  }

  /**
   * @template {Key} K
   * @param {K} key
   * @param {NamesIn<(typeof en)[K]> extends never ? [] : [Record<NamesIn<(typeof en)[K]>, string | number>]} values
   * @returns {string}
   */
  text(key, ...values) {
    /** @type {Record<string, string | number>} */
    const named = values[0] ?? {};
    return this.#formOf(key, named).replace(/\{(\w+)\}/g, (_all, /** @type {string} */ name) => {
      const value = named[name] ?? "";
      return typeof value === "number" ? value.toLocaleString(this.language) : value;
    });
  }

  /**
   * Writes the texts of a document: `data-text="key"` is the element's content, `data-label`, `data-placeholder` and
   * `data-title` are attributes.
   *
   * @param {Document} [page]
   */
  fill(page = document) {
    page.documentElement.lang = this.language;
    for (const element of page.querySelectorAll("[data-text]")) {
      element.textContent = this.#textOf(element, "data-text");
    }
    for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
      for (const element of page.querySelectorAll(`[data-${name}]`)) {
        element.setAttribute(attribute, this.#textOf(element, `data-${name}`));
      }
    }
  }

  /** @param {Element} element @param {string} attribute */
  #textOf(element, attribute) {
    return this.#formOf(/** @type {Key} */ (element.getAttribute(attribute)), {});
  }

  /** @param {Key} key @param {Record<string, string | number>} values */
  #formOf(key, values) {
    const message = /** @type {string | Plural} */ (this.#messages[key]);
    if (typeof message === "string") return message;
    return (this.#plural.select(Number(values["n"])) === "one" && message.one) || message.other;
  }
}

/**
 * Fills a menu with the languages that the pages speak.
 *
 * @param {HTMLSelectElement} select
 * @param {Phrases} phrases
 * @param {(language: string) => void} onchoose after the page has been written in it
 */
export function interfaceMenu(select, phrases, onchoose) {
  const options = LANGUAGES.map((tag) => Object.assign(new Option(endonym(tag), tag), { lang: tag }));
  select.replaceChildren(...options);
  select.value = phrases.language;
  select.addEventListener("change", async () => {
    await phrases.load(select.value);
    phrases.fill();
    onchoose(select.value);
  });
}

/** @param {string} language @returns {Promise<Messages>} */
async function load(language) {
  if (language === "en") return en;
  try {
    return (await import(`../i18n/${language}.js`)).default;
  } catch {
    return en;
  }
}
