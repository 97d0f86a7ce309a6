/** Words as they are spoken and read: for paces and for flicker. Pure. */

// Scripts written without blanks: there each character is a word of its own.
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}" +
  "\\p{Script=Myanmar}";
const WORD = new RegExp(
  `[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+(?:['’.,-][\\p{L}\\p{N}]+)*`,
  "gu",
);

/**
 * @param {string} text
 * @returns {string[]} its words without case and punctuation
 */
export function words(text) {
  return text.toLowerCase().match(WORD) ?? [];
}

/**
 * @param {readonly string[]} before
 * @param {readonly string[]} after
 * @returns {number} how many of the words before are gone, or stand behind one that changed
 */
export function erased(before, after) {
  const changed = before.findIndex((word, index) => word !== after[index]);
  return changed < 0 ? 0 : before.length - changed;
}
