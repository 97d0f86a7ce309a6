/**
 * A talk to rehearse with: a recorded one (a trace: JSON lines of `at_ms`, `type`, `text` and `utterance`), or a script,
 * spoken word by word. Pure.
 *
 * @typedef {{ at: number, type: "partial" | "final", text: string, utterance: number }} Event `at` in ms since the start
 */
import { MAX_TEXT } from "./protocol.js";

/** Words a minute of a calm speaker, and the rest after a sentence. */
const PACE = 140;
const REST_MS = 600;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** A line of a trace that cannot be used: its number, and which field is wrong; none where it is no JSON object. */
export class BadLine extends Error {
  /** @param {number} line @param {string} field */
  constructor(line, field) {
    super(`line ${line}: ${field}`);
    this.line = line;
    this.field = field;
  }
}

/**
 * @param {string} text a trace or a script
 * @param {string} lang that it is spoken in
 * @returns {Event[]} in order of time; none where nothing is said
 * @throws {BadLine}
 */
export function readTalk(text, lang) {
  return text.trimStart().startsWith("{") ? readTrace(text) : readScript(text, lang);
}

/**
 * Draws a number of three digits for each `{n}` of a script: what a server has translated before it knows, and answers
 * sooner than what is new to it.
 *
 * @param {string} script
 * @param {() => number} [random] from 0 on, below 1
 */
export function withNumbers(script, random = Math.random) {
  return script.replaceAll("{n}", () => String(100 + Math.floor(900 * random())));
}

/** @param {readonly Event[]} events @returns {number} in ms */
export function lengthOf(events) {
  return events.at(-1)?.at ?? 0;
}

/** @param {string} text @returns {Event[]} */
function readTrace(text) {
  const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
  const events = lines.filter(({ line }) => line.trim()).map(({ line, number }) => readLine(line, number));
  return events.sort((a, b) => a.at - b.at);
}

/** @param {string} line @param {number} number @returns {Event} */
function readLine(line, number) {
  const { at_ms: at, type, text, utterance = 0 } = objectIn(line, number);
  if (!isCount(at)) throw new BadLine(number, "at_ms");
  if (type !== "partial" && type !== "final") throw new BadLine(number, "type");
  if (typeof text !== "string" || text.length > MAX_TEXT) throw new BadLine(number, "text");
  if (!isCount(utterance)) throw new BadLine(number, "utterance");
  return { at, type, text, utterance };
}

/** @param {string} line @param {number} number @returns {Record<string, unknown>} */
function objectIn(line, number) {
  try {
    const value = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new BadLine(number, "");
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** @param {string} script @param {string} lang @returns {Event[]} */
function readScript(script, lang) {
  let at = 0;
  return sentencesIn(script, lang).flatMap((sentence, utterance) => {
    const parts = partsOf(sentence, lang);
    const spoken = parts.map((_, index) => parts.slice(0, index + 1).join(""));
    /** @type {Event[]} */
    const partials = spoken.map((text) => ({ at: (at += 60_000 / PACE), type: "partial", text, utterance }));
    const end = at;
    at += REST_MS;
    return [...partials, { at: end, type: "final", text: sentence, utterance }];
  });
}

/** @param {string} script @param {string} lang */
function sentencesIn(script, lang) {
  const segmenter = new Intl.Segmenter(lang, { granularity: "sentence" });
  return script
    .split(/\n+/)
    .flatMap((line) => [...segmenter.segment(line)].map(({ segment }) => segment.trim().slice(0, MAX_TEXT)))
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** @param {string} sentence @param {string} lang @returns {string[]} words, with what is between them */
function partsOf(sentence, lang) {
  if (!UNSPACED.test(sentence)) return sentence.match(/\s*\S+/g) ?? [];
  return [...new Intl.Segmenter(lang, { granularity: "word" }).segment(sentence)].map(({ segment }) => segment);
}
