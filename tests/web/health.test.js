import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Health } from "../../web/lib/health.js";
import { caption } from "./world.js";

/** @import { Caption } from "../../web/lib/protocol.js" */

const JOINED = { seq: 0, segment: 0 };
/** @type {Health} */
let health;
beforeEach(() => (health = new Health()));

/** @param {number} segment @param {string} stable @param {object} [fields] */
const said = (segment, stable, fields) =>
  /** @type {Caption} */ (
    caption(segment, { stable, final: false, lag_ms: 100, ...fields })
  );

/** @param {Caption[][]} screens one each second */
function watch(...screens) {
  for (const [second, captions] of screens.entries())
    health.observe(captions, JOINED, second * 1000);
}

test("nothing is known of nothing", () => {
  watch([], []);
  assert.equal(health.lag(0), null);
  assert.equal(health.erasure(0), null);
});

test("lag is told as its median and its tail, of what is new", () => {
  const lags = Array.from({ length: 20 }, (_, index) =>
    said(index + 1, "a", { lag_ms: (index + 1) * 10 }),
  );
  watch(lags, lags);
  assert.deepEqual(health.lag(2000), { lagMs: 100, slowestMs: 190 });
});

test("words that are taken back are held against those that stay", () => {
  watch(
    [said(1, "Die Katze")],
    [said(1, "Die Katzen sitzen")],
    [said(1, "Die Katzen sitzen da.", { final: true })],
  );
  assert.equal(health.erasure(3000), 1 / 4);
});

test("what moves into another sentence unchanged costs nothing", () => {
  watch(
    [said(1, "Ja. Und dann")],
    [said(1, "Ja.", { final: true }), said(2, "Und dann")],
  );
  assert.equal(health.erasure(2000), 0);
});

test("a correction and a new talk are no flicker", () => {
  const wrong = said(1, "Der Hut saß.", { final: true });
  const right = said(1, "Die Katze saß.", { final: true, revision: 2 });
  watch([wrong], [right], [], [said(2, "Neu")]);
  assert.equal(health.erasure(4000), 0);
});

test("what was said before the reader came says nothing", () => {
  health.observe(
    [said(3, "late", { lag_ms: 9000 })],
    { seq: 5, segment: 3 },
    0,
  );
  assert.equal(health.lag(0), null);
});

test("only the last minute counts", () => {
  watch([said(1, "a", { lag_ms: 5000 })]);
  assert.deepEqual(health.lag(59_000), { lagMs: 5000, slowestMs: 5000 });
  assert.equal(health.lag(61_000), null);
});
