/**
 * What a person has chosen: parameters in the address come before what was remembered, and that before the defaults.
 *
 * @template T
 * @typedef {object} Setting
 * @property {T} fallback
 * @property {(text: string) => T | null} parse `null` where the text makes no sense
 */

/**
 * @template {Record<string, Setting<unknown>>} Definitions
 * @typedef {{ [Name in keyof Definitions]: Definitions[Name]["fallback"] }} ValuesOf
 */

import { LANGUAGES } from "./i18n.js";

/** @typedef {{ get(name: string): string | null | undefined, set(name: string, value: string): unknown }} Store */

/** @template {Record<string, unknown>} Values */
export class Settings {
  #definitions;
  #stores;

  /**
   * @param {{ [Name in keyof Values]: Setting<Values[Name]> }} definitions
   * @param {readonly Store[]} stores the first that knows a setting decides
   */
  constructor(definitions, stores) {
    this.#definitions = definitions;
    this.#stores = stores;
  }

  /**
   * @template {keyof Values & string} Name
   * @param {Name} name
   * @returns {Values[Name]}
   */
  get(name) {
    const { parse, fallback } = this.#definitions[name];
    for (const store of this.#stores) {
      const value = parse(store.get(name) ?? "");
      if (value !== null) return value;
    }
    return fallback;
  }

  /**
   * @param {keyof Values & string} name
   * @param {string} text
   */
  set(name, text) {
    for (const store of this.#stores) store.set(name, text);
  }
}

/**
 * @template {string} T
 * @param {readonly T[]} values
 * @param {T} fallback
 * @returns {Setting<T>}
 */
export function choice(values, fallback) {
  return { fallback, parse: (text) => values.find((value) => value === text) ?? null };
}

/**
 * @param {number} least
 * @param {number} most
 * @param {number} fallback
 * @returns {Setting<number>}
 */
export function number(least, most, fallback) {
  const fits = (/** @type {string} */ text) => text !== "" && Number(text) >= least && Number(text) <= most;
  return { fallback, parse: (text) => (fits(text) ? Number(text) : null) };
}

/**
 * @param {string} fallback
 * @returns {Setting<string>} a colour as CSS writes it; with hexadecimal digits also without their #, which would end an
 *   address
 */
export function colour(fallback) {
  const isColour = (/** @type {string} */ text) => CSS.supports("color", text);
  return { fallback, parse: (text) => ["#" + text, text].find(isColour) ?? null };
}

/** A language tag; none by default. @type {Setting<string>} */
export const language = { fallback: "", parse: (text) => canonical(text) };

/**
 * Language tags with commas between them; none by default.
 *
 * @param {number} most
 * @returns {Setting<readonly string[]>}
 */
export function languages(most) {
  return {
    fallback: [],
    parse(text) {
      const tags = text.split(",").map(canonical);
      const known = [...new Set(tags.filter((tag) => tag !== null))];
      return known.length === tags.length && known.length <= most ? known : null;
    },
  };
}

/** @param {string} tag @returns {string | null} as BCP 47 writes it; `null` where it is none */
function canonical(tag) {
  try {
    return new Intl.Locale(tag.trim()).toString();
  } catch {
    return null;
  }
}

/** Any text; none by default. @type {Setting<string>} */
export const text = { fallback: "", parse: (value) => value || null };

/** The language of the pages themselves; the browser's by default. */
export const ui = choice(LANGUAGES, "");
export const theme = choice(["auto", "dark", "light", "black", "yellow", "cream", "blue"], "auto");
export const font = choice(["system", "hyperlegible", "dyslexic", "mono", "serif"], "system");
export const stability = choice(["fast", "steady", "final"], "steady");

/** @param {string} fallback */
export const position = (fallback) => choice(["bottom", "middle", "top"], fallback);

/**
 * The parameters of an address. A choice replaces one that is there, or it would come back when the page is reloaded,
 * and adds none.
 *
 * @param {URLSearchParams} params
 * @param {(params: URLSearchParams) => void} onchange
 * @returns {Store}
 */
export function parameters(params, onchange) {
  return {
    get: (name) => params.get(name),
    set(name, value) {
      if (!params.has(name)) return;
      params.set(name, value);
      onchange(params);
    },
  };
}

/**
 * The browser's memory; without it (it may be switched off) a choice lasts as long as the page.
 *
 * @param {string} prefix of the names in it
 * @returns {Store}
 */
function memory(prefix) {
  return {
    get(name) {
      try {
        return localStorage.getItem(`${prefix}.${name}`);
      } catch {
        return null;
      }
    },
    set(name, value) {
      try {
        localStorage.setItem(`${prefix}.${name}`, value);
      } catch {
        // There is nothing to remember it with.
      }
    },
  };
}

/**
 * @template {Record<string, unknown>} Values
 * @param {{ [Name in keyof Values]: Setting<Values[Name]> }} definitions
 * @param {string} [prefix] of what is remembered
 * @returns {Settings<Values>}
 */
export function pageSettings(definitions, prefix = "rtt") {
  return new Settings(definitions, [address(), memory(prefix)]);
}

/**
 * What is told in the address only, and not remembered.
 *
 * @template {Record<string, unknown>} Values
 * @param {{ [Name in keyof Values]: Setting<Values[Name]> }} definitions
 * @returns {Settings<Values>}
 */
export function addressSettings(definitions) {
  return new Settings(definitions, [address()]);
}

function address() {
  return parameters(new URLSearchParams(location.search), (params) => history.replaceState(null, "", `?${params}`));
}
