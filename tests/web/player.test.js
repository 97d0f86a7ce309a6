import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Player } from "../../web/lib/player.js";
import { FakeWorld } from "./world.js";

/** @import { Clock } from "../../web/lib/player.js" */
/** @import { Event } from "../../web/lib/talk.js" */

/** @type {readonly Event[]} */
const TALK = [1000, 2000, 4000].map((at) => ({
  at,
  type: "final",
  text: `at ${at}`,
  utterance: at,
}));

/** @type {FakeWorld} */
let world;
/** @type {Player} */
let player;
/** @type {number[]} */
let told;

beforeEach(() => {
  world = new FakeWorld();
  told = [];
  const clock = /** @type {Clock} */ (/** @type {unknown} */ (world));
  player = new Player(
    { onevent: ({ at }) => void told.push(at), onchange() {} },
    clock,
  );
});

test("each event has its time", () => {
  player.play(TALK);
  world.advance(1999);
  assert.deepEqual(told, [1000]);
  assert.equal(player.position, 1999);
  world.advance(2001);
  assert.deepEqual(told, [1000, 2000, 4000]);
  assert.deepEqual(
    [player.isPlaying, player.isUnderway, player.position],
    [false, false, 4000],
  );
});

test("it pauses, and goes on from there", () => {
  player.play(TALK);
  world.advance(1500);
  player.pause();
  world.advance(60_000);
  assert.deepEqual(
    [told, player.position, player.isUnderway],
    [[1000], 1500, true],
  );
  player.resume();
  world.advance(499);
  assert.deepEqual(told, [1000]);
  world.advance(1);
  assert.deepEqual(told, [1000, 2000]);
});

test("its speed changes in the middle", () => {
  player.play(TALK);
  world.advance(1000);
  player.chooseSpeed(2);
  world.advance(500);
  assert.deepEqual(told, [1000, 2000]);
  assert.equal(player.position, 2000);
  world.advance(1000);
  assert.deepEqual(told, [1000, 2000, 4000]);
});

test("when it is stopped it begins anew", () => {
  player.play(TALK);
  world.advance(1500);
  player.stop();
  world.advance(5000);
  assert.deepEqual(
    [told, player.position, player.isUnderway],
    [[1000], 0, false],
  );
  player.play(TALK);
  world.advance(1000);
  assert.deepEqual(told, [1000, 1000]);
});

test("a talk of nothing is over at once", () => {
  player.play([]);
  assert.deepEqual([player.isPlaying, player.position], [false, 0]);
});
