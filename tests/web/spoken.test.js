import assert from "node:assert/strict";
import { test } from "node:test";

import { erased, words } from "../../web/lib/spoken.js";

test("words have no case and no punctuation", () => {
  assert.deepEqual(words("Don't panic: 3.5 m, Ça va?"), [
    "don't",
    "panic",
    "3.5",
    "m",
    "ça",
    "va",
  ]);
});

test("where no blanks are written each character is a word", () => {
  assert.deepEqual(words("你好，OK"), ["你", "好", "ok"]);
});

test("there may be none", () => assert.deepEqual(words(" – … "), []));

test("what stands behind a word that changed is erased with it", () => {
  const before = words("the cat sat on the mat");
  assert.equal(erased(before, words("The cat sat on the mat, and slept.")), 0);
  assert.equal(erased(before, words("the cat sits on the mat")), 4);
  assert.equal(erased(before, words("the cat sat")), 3);
  assert.equal(erased(before, []), 6);
  assert.equal(erased([], before), 0);
});
