import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Speaker } from "../../web/lib/speaker.js";
import { FakeWorld, ready } from "./world.js";

/** @type {FakeWorld} */
let world;
/** @type {Speaker} */
let speaker;

beforeEach(() => {
  world = new FakeWorld();
  speaker = new Speaker(
    { room: "hall", token: "t0", source: "en", onchange() {} },
    world.itself,
  );
  speaker.start();
});

/** @param {number} utterance */
const partial = (utterance, text = `partial ${utterance}`) => {
  return { type: /** @type {const} */ ("partial"), text, utterance };
};
/** @param {number} utterance */
const final = (utterance) => ({
  type: /** @type {const} */ ("final"),
  text: `Final ${utterance}.`,
  utterance,
});
/** @param {number} utterance */
const cancel = (utterance) => ({
  type: /** @type {const} */ ("cancel"),
  utterance,
});

/** What was sent but for pings. */
function said() {
  return world.socket.sent.filter((message) => message.type !== "ping");
}

function reconnect() {
  world.socket.end(1006);
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
}

test("it asks for its room, with its language and its token", () => {
  assert.match(world.socket.url.pathname, /\/v1\/rooms\/hall\/speak$/);
  assert.deepEqual(
    [...world.socket.url.searchParams],
    [
      ["source", "en"],
      ["token", "t0"],
    ],
  );
});

test("what is said is sent at once", () => {
  world.socket.receive(ready());
  speaker.say(partial(1));
  speaker.say(final(1));
  assert.deepEqual(said(), [partial(1), final(1)]);
});

test("what is said before the connection is there is sent when it is, superseded partials aside", () => {
  speaker.say(partial(1));
  speaker.say(final(1));
  speaker.say(partial(2, "a"));
  speaker.say(partial(2, "a b"));
  world.socket.receive(ready());
  assert.deepEqual(said(), [final(1), partial(2, "a b")]);
});

test("finals that nobody has confirmed are sent again, in order, then the open partial", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  speaker.say(final(2));
  speaker.say(partial(3));
  reconnect();
  assert.deepEqual(said(), [final(1), final(2), partial(3)]);
});

test("a pong confirms what was sent before its ping, and no more", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  world.socket.pong();
  speaker.say(final(2));
  assert.equal(speaker.stateOf(1), "received");
  assert.equal(speaker.stateOf(2), "sent");
  reconnect();
  assert.deepEqual(said(), [final(2)]);
});

test("sentences in quick succession are confirmed one by one", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  speaker.say(final(2));
  const [first] = world.socket.sent
    .filter((message) => message.type === "ping")
    .slice(1);
  world.socket.receive({ type: "pong", t: first.t, server_ms: 0 });
  assert.equal(speaker.stateOf(1), "received");
  assert.equal(speaker.stateOf(2), "sent");
});

test("a ping from before a final does not confirm it", () => {
  world.socket.receive(ready());
  world.advance(20_000);
  speaker.say(final(1));
  const [keepAlive] = world.socket.sent
    .filter((message) => message.type === "ping")
    .slice(1);
  world.socket.receive({ type: "pong", t: keepAlive.t, server_ms: 0 });
  assert.equal(speaker.stateOf(1), "sent");
});

test("what was sent again is confirmed by the new connection's pong", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  world.socket.end(1006);
  assert.equal(speaker.stateOf(1), "waiting");
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
  assert.equal(speaker.stateOf(1), "sent");
  world.socket.pong();
  assert.equal(speaker.stateOf(1), "received");
  reconnect();
  assert.deepEqual(said(), []);
});

test("the open partial is sent again with every connection until it is closed", () => {
  world.socket.receive(ready());
  speaker.say(partial(1));
  reconnect();
  reconnect();
  assert.deepEqual(said(), [partial(1)]);
  speaker.say(final(1));
  world.socket.pong();
  reconnect();
  assert.deepEqual(said(), []);
});

test("a cancel is sent again like a final", () => {
  world.socket.receive(ready());
  speaker.say(partial(1));
  speaker.say(cancel(1));
  reconnect();
  assert.deepEqual(said(), [cancel(1)]);
});

test("an utterance that the server never heard of is not cancelled", () => {
  speaker.say(partial(1));
  speaker.say(cancel(1));
  world.socket.receive(ready());
  assert.deepEqual(said(), []);
});

test("an utterance that was begun before the connection was lost is cancelled after it", () => {
  world.socket.receive(ready());
  speaker.say(partial(1));
  world.socket.end(1006);
  speaker.say(partial(1, "more"));
  speaker.say(cancel(1));
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
  assert.deepEqual(said(), [cancel(1)]);
});

test("a second ready on the same connection sends nothing again", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  world.socket.receive(ready({ source: "fr" }));
  assert.deepEqual(said(), [final(1)]);
});

test("replaced by another, it rests until it is started again, and has lost nothing", () => {
  world.socket.receive(ready());
  speaker.say(final(1));
  world.socket.end(4409, { code: "replaced" });
  world.advance(60_000);
  assert.equal(world.sockets.length, 1);
  speaker.start();
  world.socket.receive(ready());
  assert.deepEqual(said(), [final(1)]);
});

test("another language is another connection", () => {
  world.socket.receive(ready());
  speaker.chooseSource("de");
  assert.equal(world.socket.url.searchParams.get("source"), "de");
});

test("what the server does not take is told until the next sentence", () => {
  world.socket.receive(ready(), {
    type: "error",
    code: "bad_message",
    message: "not text",
    retryable: false,
  });
  assert.equal(speaker.refused, "not text");
  speaker.say(final(1));
  assert.equal(speaker.refused, "");
});
