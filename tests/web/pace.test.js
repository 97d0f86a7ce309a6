import assert from "node:assert/strict";
import { test } from "node:test";

import { Pace } from "../../web/lib/pace.js";
import { caption } from "./world.js";

/** @import { Caption } from "../../web/lib/protocol.js" */

/** @param {string} stable @param {number} [segment] @param {string} [tentative] @returns {Caption} */
function said(stable, segment = 1, tentative = "") {
  return /** @type {Caption} */ (caption(segment, { stable, tentative }));
}

/** @param {readonly Caption[]} captions */
function text(captions) {
  return captions.map(({ stable, tentative }) => stable + tentative).join("|");
}

/**
 * Runs a talk past a pace, ten times a second, and returns how long each character waited.
 *
 * @param {number} perSecond
 * @param {(now: number) => string} textAt
 * @param {number} ms
 */
function waits(perSecond, textAt, ms) {
  const pace = new Pace(perSecond);
  /** @type {number[]} */
  const came = [];
  /** @type {number[]} */
  const waited = [];
  for (let now = 0; now < ms; now += 100) {
    const all = textAt(now);
    while (came.length < all.length) came.push(now);
    const shown = text(pace.show([said(all)], now)).length;
    while (waited.length < shown)
      waited.push(now - (came[waited.length] ?? now));
  }
  return { waited, came };
}

const WORDS = "one two three four five six seven eight nine ten ".repeat(30);

test("speech that can be read is shown as it comes", () => {
  const { waited } = waits(
    17,
    (now) => WORDS.slice(0, Math.floor(now / 100) * 1.5),
    20_000,
  );
  assert.ok(Math.max(...waited) <= 600);
});

test("a burst runs word by word", () => {
  const pace = new Pace(17);
  const shown = [0, 100, 200, 300, 1000].map((now) =>
    text(pace.show([said(WORDS.slice(0, 60))], now + 5000)),
  );
  for (const [at, now] of shown.entries()) {
    assert.ok(WORDS.startsWith(now));
    assert.ok(/(^|\s)$/.test(now), `no half of a word: ${now}`);
    assert.ok(now.length >= (shown[at - 1]?.length ?? 0));
  }
  assert.ok((shown[0]?.length ?? 0) <= 17);
  assert.ok((shown.at(-1)?.length ?? 0) < 60);
});

for (const rate of [20, 40, 100, 1000]) {
  test(`at ${rate} characters a second nothing waits for longer than a few seconds`, () => {
    const whole = WORDS.repeat(Math.ceil((rate * 20) / WORDS.length));
    const { waited, came } = waits(
      17,
      (now) => whole.slice(0, Math.floor((now * rate) / 1000)),
      20_000,
    );
    assert.ok(Math.max(...waited) <= 3100);
    assert.ok(came.length - waited.length <= rate * 3.1);
  });
}

test("everything is shown in the end, in order, and then nothing waits", () => {
  const pace = new Pace(17);
  const captions = [
    said("A first sentence, rather long. ", 1),
    said("And ", 2, "a second"),
  ];
  let shown = "";
  for (let now = 1000; now < 6000; now += 100) {
    shown = text(pace.show(captions, now));
    assert.ok("A first sentence, rather long. |And a second".startsWith(shown));
  }
  assert.equal(shown, "A first sentence, rather long. |And a second");
  assert.equal(pace.isWaiting, false);
});

test("what is not shown yet is neither final nor, before its turn, tentative", () => {
  const pace = new Pace(1);
  const [shown] = pace.show([said("Good morning", 1, " everyone")], 10_000);
  assert.deepEqual(
    [shown?.stable, shown?.tentative, shown?.final],
    [undefined, undefined, undefined],
  );
  const [later] = pace.show([said("Good morning", 1, " everyone")], 12_999);
  assert.equal(later?.tentative.trim(), "");
  assert.equal(later?.final, false);
  const [last] = pace.show([said("Good morning", 1, " everyone")], 13_001);
  assert.equal(last?.tentative, " everyone");
});

test("words that are taken back go at once, and what replaces them is shown", () => {
  const pace = new Pace(17);
  pace.show([said("", 1, "one two")], 5000);
  assert.equal(text(pace.show([said("", 1, "one")], 5100)), "one");
  assert.equal(text(pace.show([said("", 1, "six two")], 5200)), "six two");
  assert.deepEqual(pace.show([], 5300), []);
  assert.equal(pace.isWaiting, false);
});

test("Chinese runs character by character", () => {
  const pace = new Pace(5);
  assert.equal(
    text(pace.show([said("今天天气很好我们去公园吧")], 9000)),
    "今天天气很",
  );
});

test("without a pace all is shown", () => {
  const captions = [said(WORDS)];
  assert.equal(new Pace(0).show(captions, 0), captions);
});
