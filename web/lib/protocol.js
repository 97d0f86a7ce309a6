/**
 * The wire protocol, version 1: what a frame may hold, and what a page remembers of it.
 *
 * @typedef {{ type: "partial", text: string, utterance: number }} Partial
 * @typedef {{ type: "final", text: string, utterance: number }} Final
 * @typedef {{ type: "cancel", utterance: number }} CancelUtterance
 * @typedef {{ type: "ping", t: number }} Ping
 * @typedef {{ type: "correct", segment: number, text: string }} Correct
 * @typedef {{ source: string, targets?: Record<string, string>, keep?: boolean }} Term
 * @typedef {{ type: "glossary", terms: Term[] }} Glossary
 * @typedef {{ type: "clear", title: string, speaker: string }} ClearRoom
 * @typedef {Partial | Final | CancelUtterance | Correct | Glossary | ClearRoom | Ping} Outgoing
 *
 * @typedef {{ type: "ready", protocol: number, room: string, source: string, targets: string[], seq: number,
 *   log?: string, gap?: boolean, segment?: number, title?: string, speaker?: string }} Ready
 * @typedef {{ type: "caption", seq: number, segment: number, revision: number, lang: string, stable: string,
 *   tentative: string, final: boolean, utterance?: number, lag_ms?: number }} Caption
 * @typedef {{ type: "cancel", seq: number, segment: number, lang: string }} Cancel
 * @typedef {{ type: "clear", seq: number, segment: number, title?: string, speaker?: string }} Clear
 * @typedef {{ type: "status", speaker: string, readers: number, behind_ms: number, load: string,
 *   languages?: Record<string, number> }} Status
 * @typedef {{ type: "pong", t: number }} Pong
 * @typedef {{ type: "error", code: string, message: string, retryable: boolean }} ServerError
 * @typedef {Ready | Caption | Cancel | Clear | Status | Glossary | Pong | ServerError} Message
 */

export const VERSION = 1;

/** Longest text the server takes, in characters. */
export const MAX_TEXT = 4000;

/** Longest term of a glossary, and longest translation of one. */
export const MAX_TERM = 200;

/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const isText = (value) => typeof value === "string";
/** @type {Check} */
const isNumber = (value) => typeof value === "number";
/** @type {Check} */
const isFlag = (value) => typeof value === "boolean";
/** @type {Check} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** @type {Check} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @type {(check: Check) => Check} */
const eachOf = (check) => (value) => isObject(value) && Object.values(/** @type {object} */ (value)).every(check);
/** @type {Check} */
const isTerm = (value) => isObject(value) && isText(/** @type {Term} */ (value).source);
/** @type {(check: Check) => Check} */
const optional = (check) => (value) => value === undefined || check(value);

/** @type {Record<Message["type"], Record<string, Check>>} */
const FIELDS = {
  ready: {
    protocol: isNumber,
    room: isText,
    source: isText,
    targets: isTexts,
    seq: isNumber,
    log: optional(isText),
    gap: optional(isFlag),
    segment: optional(isNumber),
    title: optional(isText),
    speaker: optional(isText),
  },
  caption: {
    seq: isNumber,
    segment: isNumber,
    revision: isNumber,
    lang: isText,
    stable: isText,
    tentative: isText,
    final: isFlag,
    utterance: optional(isNumber),
    lag_ms: optional(isNumber),
  },
  cancel: { seq: isNumber, segment: isNumber, lang: isText },
  clear: { seq: isNumber, segment: isNumber, title: optional(isText), speaker: optional(isText) },
  status: {
    speaker: isText,
    readers: isNumber,
    behind_ms: isNumber,
    load: isText,
    languages: optional(eachOf(isNumber)),
  },
  glossary: { terms: (value) => Array.isArray(value) && value.every(isTerm) },
  pong: { t: isNumber },
  error: { code: isText, message: isText, retryable: isFlag },
};

const TYPES = new Map(Object.entries(FIELDS));

/**
 * Reads one frame. Unknown fields are left out; a frame of unknown type, or one that cannot be read, is `null`:
 * a page that is older than its server goes on with what it understands.
 *
 * @param {unknown} frame
 * @returns {Message | null}
 */
export function decode(frame) {
  const value = parse(frame);
  const fields = TYPES.get(/** @type {string} */ (value?.["type"]));
  if (!value || !fields) return null;
  /** @type {Record<string, unknown>} */
  const message = { type: value["type"] };
  for (const [name, fits] of Object.entries(fields)) {
    if (!fits(value[name])) return null;
    if (value[name] !== undefined) message[name] = value[name];
  }
  return /** @type {Message} */ (message);
}

/**
 * @param {unknown} frame
 * @returns {Record<string, unknown> | null}
 */
function parse(frame) {
  try {
    const value = JSON.parse(String(frame));
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
