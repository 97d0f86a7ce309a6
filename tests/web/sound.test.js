import assert from "node:assert/strict";
import { test } from "node:test";

import { loudness } from "../../web/lib/sound.js";

/** @param {number} amplitude */
const tone = (amplitude) =>
  Float32Array.from(
    { length: 1000 },
    (_, index) => amplitude * Math.sin(index),
  );

test("silence is nothing, a shout is all", () => {
  assert.equal(loudness(new Float32Array(100)), 0);
  assert.equal(loudness(tone(0.0005)), 0);
  assert.equal(loudness(tone(1)), 1);
});

test("ten times the pressure is the same step everywhere", () => {
  const [soft = 0, middle = 0, loud = 0] = [0.003, 0.03, 0.3].map((amplitude) =>
    loudness(tone(amplitude)),
  );
  assert.ok(soft > 0 && loud < 1);
  assert.ok(Math.abs(loud - middle - (middle - soft)) < 1e-6);
});
