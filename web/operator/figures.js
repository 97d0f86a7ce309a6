/**
 * How a room fares, in a few numbers.
 *
 * #lag, #erasure, #load, #readers (data-grade), #languages
 *
 * @import { Health } from "../lib/health.js"
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Status } from "../lib/protocol.js"
 * @import { Grade } from "./checks.js"
 */
import { endonym } from "../lib/languages.js";
import { byId, say } from "../lib/page.js";
import { gradeOfErasure, gradeOfLag, gradeOfLoad, loadIn } from "./checks.js";

/** @param {Phrases} phrases @param {Health} health @param {Status | null} status */
export function paintFigures(phrases, health, status) {
  const now = performance.now();
  paintLag(phrases, health.lag(now)?.lagMs ?? null, status?.behind_ms ?? 0);
  const erasure = health.erasure(now);
  figure("erasure", erasure === null ? "" : `${Math.round(erasure * 100)} %`, gradeOfErasure(erasure ?? 0));
  const load = loadIn(status?.load ?? "normal");
  figure("load", status ? phrases.text(`load.${load}`) : "", gradeOfLoad(load));
  figure("readers", status ? status.readers.toLocaleString(phrases.language) : "", "good");
  paintLanguages(phrases.language, status?.languages ?? {});
}

/** @param {Phrases} phrases @param {number | null} lagMs of what came lately @param {number} behindMs of what is to come */
function paintLag(phrases, lagMs, behindMs) {
  const ms = Math.max(lagMs ?? 0, behindMs);
  const seconds = phrases.text("unit.seconds", { n: Math.ceil(ms / 100) / 10 });
  figure("lag", lagMs === null && behindMs === 0 ? "" : seconds, gradeOfLag(ms));
}

/** @param {string} id @param {string} value @param {Grade} grade */
function figure(id, value, grade) {
  const element = byId(id, HTMLElement);
  element.dataset["grade"] = value ? grade : "";
  say(element, value || "–");
}

/** @param {string} language of the page @param {Record<string, number>} counts */
function paintLanguages(language, counts) {
  const list = byId("languages", HTMLElement);
  const most = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const texts = most.map(([lang, n]) => `${endonym(lang)} ${n.toLocaleString(language)}`);
  list.hidden = texts.length === 0;
  if (list.dataset["shown"] === texts.join()) return;
  list.dataset["shown"] = texts.join();
  list.replaceChildren(...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}
