/**
 * Lists of terms as people have them: a term a line, and its translation after a tab, `=` or `;`. Pure.
 *
 * @import { Term } from "../lib/protocol.js"
 */
import { MAX_TERM } from "../lib/protocol.js";

/** @param {string} text @param {string} lang of the translations @returns {Term[]} */
export function termsIn(text, lang) {
  return text
    .split(/\r?\n/)
    .map((line) => line.split(/\t|=|;/).map((part) => part.trim().slice(0, MAX_TERM)))
    .flatMap(([source = "", target = ""]) => (source ? [{ source, targets: target ? { [lang]: target } : {} }] : []));
}
