import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Operator } from "../../web/lib/operator.js";
import { FakeWorld, ready } from "./world.js";

/** @import { Request } from "../../web/lib/operator.js" */

/** @type {FakeWorld} */
let world;
/** @type {Operator} */
let operator;

beforeEach(() => {
  world = new FakeWorld();
  operator = new Operator(
    { room: "hall", token: "t0", onchange() {} },
    world.itself,
  );
  operator.start();
});

/** @type {Request} */
const CORRECT = { type: "correct", segment: 5, text: "The cat sat." };

/** What was sent but for pings. */
const asked = () => world.socket.sent.filter(({ type }) => type !== "ping");

test("it connects beside the speaker", () => {
  assert.match(world.socket.url.pathname, /\/v1\/rooms\/hall\/speak$/);
  assert.deepEqual(
    [...world.socket.url.searchParams],
    [
      ["role", "operator"],
      ["token", "t0"],
    ],
  );
});

test("what it asks for is sent, and confirmed", () => {
  world.socket.receive(ready());
  operator.ask(CORRECT);
  assert.deepEqual([asked(), operator.stateOf(CORRECT)], [[CORRECT], "sent"]);
  world.socket.pong();
  assert.equal(operator.stateOf(CORRECT), "received");
});

test("what the server may not have had is asked for again, once", () => {
  operator.ask(CORRECT);
  assert.equal(operator.stateOf(CORRECT), "waiting");
  world.socket.receive(ready());
  assert.deepEqual(asked(), [CORRECT]);
  world.socket.end(1006);
  assert.equal(operator.stateOf(CORRECT), "waiting");
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
  assert.deepEqual(asked(), [CORRECT]);
  world.socket.pong();
  world.socket.end(1006);
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
  assert.deepEqual(asked(), []);
});

test("it knows the terms in force, and how the room fares", () => {
  const terms = [{ source: "rtt", keep: true }];
  const status = {
    type: "status",
    speaker: "connected",
    readers: 3,
    behind_ms: 0,
    load: "normal",
    languages: { de: 3 },
  };
  world.socket.receive(ready(), { type: "glossary", terms }, status);
  assert.deepEqual(
    [operator.terms, operator.status, operator.room?.source],
    [terms, status, "en"],
  );
  world.socket.receive(ready());
  assert.deepEqual(operator.terms, []);
});

test("a refusal is told until the next request", () => {
  world.socket.receive(ready());
  operator.ask(CORRECT);
  world.socket.receive({
    type: "error",
    code: "bad_message",
    message: "no such segment",
    retryable: false,
  });
  assert.equal(operator.refused, "no such segment");
  operator.ask(CORRECT);
  assert.equal(operator.refused, "");
});
