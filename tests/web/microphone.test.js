import assert from "node:assert/strict";
import { test } from "node:test";

import { hear } from "../../web/lib/microphone.js";

/** @param {string} transcript @param {boolean} isFinal */
const result = (transcript, isFinal) => ({ isFinal, 0: { transcript } });

test("nothing has been heard", () =>
  assert.deepEqual(hear([], 0), { finals: [], interim: "", finished: 0 }));

test("what is not final is heard as one", () => {
  const results = [result("the cat", false), result(" sat", false)];
  assert.deepEqual(hear(results, 0), {
    finals: [],
    interim: "the cat sat",
    finished: 0,
  });
});

test("each final is told once", () => {
  const results = [
    result("The cat sat.", true),
    result(" It slept.", true),
    result(" then", false),
  ];
  assert.deepEqual(hear(results, 0), {
    finals: ["The cat sat.", " It slept."],
    interim: "then",
    finished: 2,
  });
  assert.deepEqual(hear(results, 2), {
    finals: [],
    interim: "then",
    finished: 2,
  });
});

test("a final waits for those before it", () => {
  const results = [result("the cat", false), result(" It slept.", true)];
  assert.deepEqual(hear(results, 0), {
    finals: [],
    interim: "the cat It slept.",
    finished: 0,
  });
});
