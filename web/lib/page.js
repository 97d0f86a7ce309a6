/** What every page does with its document. */
import { endonym } from "./languages.js";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {{ new (): T, prototype: T }} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/**
 * @param {HTMLSelectElement} select
 * @param {readonly string[]} tags
 * @param {string} value
 * @param {string} [none] what no language is called, where that may be chosen
 */
export function offerLanguages(select, tags, value, none) {
  const offered = [none, ...tags].join();
  // A menu that is open closes when it is filled again.
  if (select.dataset["offered"] !== offered) {
    const options = tags.map((tag) => Object.assign(new Option(endonym(tag), tag), { lang: tag }));
    select.replaceChildren(...(none === undefined ? [] : [new Option(none, "")]), ...options);
    select.dataset["offered"] = offered;
  }
  select.value = value;
}

/**
 * Sets a menu up: where it stands, and whom it tells of another choice.
 *
 * @param {string} id
 * @param {string} value offered too where the menu does not have it
 * @param {(value: string) => void} onchoose
 */
export function menu(id, value, onchoose) {
  const select = byId(id, HTMLSelectElement);
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(value));
  select.value = value;
  select.addEventListener("change", () => onchoose(select.value));
}

/** @param {HTMLElement} element @param {string} text touched only where it differs: a live region would speak again */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Ends the `inert` of the page's HTML: until all of it listens, a click would be lost, or send a form as it is. */
export function listens() {
  document.body.inert = false;
}

/** @param {string} theme */
export function wear(theme) {
  document.documentElement.dataset["theme"] = theme;
}

/**
 * @param {() => void} paint
 * @returns {() => void} asks for it to be done once before the next frame
 */
export function oncePerFrame(paint) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  };
}

/**
 * A button that copies a field's text.
 *
 * @param {HTMLElement} button
 * @param {HTMLInputElement} field marked, so that it can be copied by hand where the browser does not allow it
 * @param {(done: boolean) => void} ondone
 */
export function copyField(button, field, ondone) {
  button.addEventListener("click", async () => {
    field.select();
    const copied = navigator.clipboard?.writeText(field.value).then(() => true);
    ondone((await copied?.catch(() => false)) ?? false);
  });
}
