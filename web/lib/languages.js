/** Languages by the names their own speakers give them, and which of them there are models for. */
import { modelsUrl } from "./places.js";

/** @typedef {{ source: string, sources?: string[], targets: string[] }} Model one of many languages has `sources` */

const TIMEOUT_MS = 5000;
const RIGHT_TO_LEFT = new Set(["Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"]);

/** @param {string} tag @returns {string} such as "Deutsch"; the tag itself where nobody has named it */
export function endonym(tag) {
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
    return name === tag ? tag : name.replace(/^\p{Ll}/u, (first) => first.toLocaleUpperCase(tag));
  } catch {
    return tag;
  }
}

/**
 * The direction of a language's own script. A text's first letter says less: a German sentence may begin with a Hebrew
 * name, and the lines of a sentence must not change sides while it is spoken.
 *
 * @param {string} tag
 * @returns {"ltr" | "rtl" | "auto"} `auto` where the tag is none
 */
export function directionOf(tag) {
  try {
    return RIGHT_TO_LEFT.has(new Intl.Locale(tag).maximize().script ?? "") ? "rtl" : "ltr";
  } catch {
    return "auto";
  }
}

/** @param {string} tag @returns {boolean} whether it is written with characters twice as wide as letters */
export function isWide(tag) {
  return /^(zh|ja|yue)\b/.test(tag);
}

/** @returns {Promise<Model[]>} none where the server cannot be asked */
export async function fetchModels() {
  try {
    const response = await fetch(modelsUrl(), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? ((await response.json()).models ?? []) : [];
  } catch {
    return [];
  }
}

/**
 * What a reader may ask for in a room.
 *
 * @param {readonly Model[]} models
 * @param {{ source: string, targets: readonly string[] } | null} room
 * @returns {string[]} the source first, then the others by name
 */
export function languagesFor(models, room) {
  if (!room) return byName(models.flatMap((model) => [...sources(model), ...model.targets]));
  const targets = models.filter((model) => sources(model).includes(room.source)).flatMap((model) => model.targets);
  return [room.source, ...byName([...targets, ...room.targets]).filter((tag) => tag !== room.source)];
}

/** @param {readonly Model[]} models */
export function sourcesOf(models) {
  return byName(models.flatMap(sources));
}

/**
 * The first language of `wanted` that there is, by its exact tag or else by its language alone.
 *
 * @param {readonly string[]} wanted
 * @param {readonly string[]} available
 * @returns {string} empty where there is none
 */
export function bestOf(wanted, available) {
  for (const tag of wanted) {
    const found = available.find((other) => other === tag) ?? available.find((other) => base(other) === base(tag));
    if (found) return found;
  }
  return "";
}

/** @param {Model} model */
function sources(model) {
  return model.sources ?? [model.source];
}

/** @param {string} tag */
function base(tag) {
  return tag.split("-")[0];
}

/** @param {readonly string[]} tags */
function byName(tags) {
  return [...new Set(tags)].sort((a, b) => endonym(a).localeCompare(endonym(b)));
}
