import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pace, ask } from "../../web/lib/tempo.js";

/** @type {Pace} */
let pace;
beforeEach(() => (pace = new Pace()));

/** Speaks a word each `every` ms in one utterance. @param {number} n @param {number} every @param {number} from */
function speak(n, every, from = 0) {
  const said = Array.from({ length: n }, (_, index) => `w${index}`);
  for (let index = 1; index <= n; index++)
    pace.heard(
      said.slice(0, index).join(" "),
      index === n,
      from + index * every,
    );
  return from + n * every;
}

test("nobody is too fast before they were heard for a while", () => {
  assert.equal(pace.wordsPerMinute(0), 0);
  assert.equal(pace.wordsPerMinute(speak(10, 100)), 0);
});

test("words are counted over utterances, and over the last seconds only", () => {
  const slow = speak(100, 500);
  assert.equal(pace.wordsPerMinute(slow), 120);
  const fast = speak(120, 250, slow);
  assert.equal(pace.wordsPerMinute(fast), 240);
});

test("a pause is none of haste", () => {
  const end = speak(60, 300);
  assert.equal(pace.wordsPerMinute(end), 200);
  assert.equal(pace.wordsPerMinute(end + 10_000), 102);
  assert.equal(pace.wordsPerMinute(end + 30_000), 0);
});

test("words that the recogniser thinks better of are not counted twice", () => {
  for (let at = 0; at <= 20_000; at += 1000)
    pace.heard(at % 2000 ? "one two three" : "one two", false, at);
  assert.equal(pace.wordsPerMinute(20_000), 0);
});

for (const [before, perMinute, behindMs, asked] of /** @type {const} */ ([
  ["", 150, 500, ""],
  ["", 181, 0, "slower"],
  ["", 190, 5000, "slower"],
  ["", 100, 3001, "pause"],
  ["slower", 160, 0, "slower"],
  ["slower", 150, 0, ""],
  ["pause", 100, 2700, "pause"],
  ["pause", 100, 2500, ""],
]))
  test(`asked for "${before}", at ${perMinute} words and ${behindMs} ms behind: "${asked}"`, () =>
    assert.equal(ask(before, perMinute, behindMs), asked));
