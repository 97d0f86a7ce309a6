/**
 * How well a room's captions reach their readers, told from the captions themselves: how late they come, and how much of
 * what was read is taken back. Pure: time comes in.
 *
 * @import { Caption } from "./protocol.js"
 * @import { Joined } from "./reduce.js"
 *
 * @typedef {{ at: number, lags: readonly number[], erased: number, added: number }} Sample what one look has shown
 */
import { erased, words } from "./spoken.js";

const WINDOW_MS = 60_000;

export class Health {
  /** @type {readonly Caption[]} */
  #before = [];
  /** @type {Joined | null} */
  #joined = null;
  /** @type {Sample[]} */
  #samples = [];

  /**
   * @param {readonly Caption[]} captions all there are now, in order
   * @param {Joined} joined what was said before this may come in any order, which says nothing
   * @param {number} now in ms
   */
  observe(captions, joined, now) {
    const news = captions.filter(({ segment }) => segment > joined.segment);
    const before = joined === this.#joined ? comparable(this.#before, news) : [];
    this.#before = news;
    this.#joined = joined;
    const changed = news.findIndex((caption, index) => caption !== before[index]);
    const from = changed < 0 ? news.length : changed;
    const [old, fresh] = [before.slice(from), news.slice(from)];
    if (old.length + fresh.length === 0) return;
    const [was, is] = [wordsOf(old), wordsOf(fresh)];
    const lags = fresh.filter((caption) => !old.includes(caption)).flatMap(({ lag_ms }) => lag_ms ?? []);
    this.#samples.push({ at: now, lags, erased: erased(was, is), added: is.length - was.length });
  }

  /**
   * @param {number} now in ms
   * @returns {{ lagMs: number, slowestMs: number } | null} median and 95th percentile of the last minute, in which
   *   something came
   */
  lag(now) {
    const lags = this.#lately(now)
      .flatMap((sample) => sample.lags)
      .sort((a, b) => a - b);
    if (lags.length === 0) return null;
    return { lagMs: quantile(lags, 0.5), slowestMs: quantile(lags, 0.95) };
  }

  /**
   * Normalised erasure (Arivazhagan et al. 2020) of the last minute: words taken back for each word that stayed.
   *
   * @param {number} now in ms
   * @returns {number | null}
   */
  erasure(now) {
    const samples = this.#lately(now);
    const stayed = samples.reduce((sum, { added }) => sum + added, 0);
    return stayed > 0 ? samples.reduce((sum, sample) => sum + sample.erased, 0) / stayed : null;
  }

  /** @param {number} now */
  #lately(now) {
    this.#samples = this.#samples.filter(({ at }) => at > now - WINDOW_MS);
    return this.#samples;
  }
}

/**
 * What was shown before, less what a page has forgotten since or a new talk has cleared; a correction is no flicker.
 *
 * @param {readonly Caption[]} before
 * @param {readonly Caption[]} after
 */
function comparable(before, after) {
  const now = new Map(after.map((caption) => [caption.segment, caption]));
  const oldest = after[0]?.segment ?? Infinity;
  return before
    .filter(({ segment }) => segment >= oldest)
    .map((caption) => (caption.final && now.get(caption.segment)) || caption);
}

/** @param {readonly Caption[]} captions */
function wordsOf(captions) {
  return captions.flatMap(({ stable, tentative }) => words(stable + tentative));
}

/** @param {readonly number[]} sorted @param {number} share */
function quantile(sorted, share) {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
