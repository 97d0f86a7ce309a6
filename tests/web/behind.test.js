import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Behind } from "../../web/lib/behind.js";
import { caption } from "./world.js";

/** @import { Caption } from "../../web/lib/protocol.js" */

/** @type {Behind} */
let behind;
beforeEach(() => {
  behind = new Behind();
  behind.heard(1, "the", false, 1000);
  behind.heard(1, "the cat", false, 2000);
  behind.heard(1, "the cat sat", false, 3000);
});

/** @param {string} stable @param {boolean} [final] @param {number} [utterance] */
const shown = (stable, final = false, utterance = 1) =>
  /** @type {Caption} */ (caption(utterance, { stable, final, utterance }));

test("nobody is behind before something was said", () =>
  assert.equal(new Behind().observe([], 5000), 0));

test("it is as old as the first word that cannot be read", () => {
  assert.equal(behind.observe([], 4000), 3000);
  assert.equal(behind.observe([shown("die")], 4000), 2000);
  assert.equal(behind.observe([shown("die Katze saß")], 4000), 0);
});

test("what is finished is read, however few words it takes", () => {
  behind.heard(1, "The cat sat.", true, 4000);
  assert.equal(behind.observe([shown("Katze", false)], 5000), 3000);
  assert.equal(behind.observe([shown("Katze", true)], 5000), 0);
});

test("a language of many words is not ahead: what was read tells how many there are", () => {
  behind.heard(1, "The cat sat.", true, 4000);
  behind.observe([shown("le chat s'est assis par terre", true)], 5000);
  for (const [at, text] of [
    [6000, "one"],
    [7000, "one two"],
  ])
    behind.heard(2, String(text), false, Number(at));
  assert.equal(behind.observe([shown("un deux", false, 2)], 8000), 1000);
});

test("a word that was said again differently keeps its time", () => {
  behind.heard(1, "the bat", false, 3500);
  assert.equal(behind.observe([shown("die")], 4000), 2000);
});

test("what is withdrawn keeps nobody waiting", () => {
  behind.forget(1);
  assert.equal(behind.observe([], 9000), 0);
});
