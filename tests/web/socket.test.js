import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Socket } from "../../web/lib/socket.js";
import { FakeWorld, caption, ready } from "./world.js";

/** @import { Connection, Options } from "../../web/lib/socket.js" */
/** @import { Message } from "../../web/lib/protocol.js" */

/** @type {FakeWorld} */
let world;
/** @type {Message[]} */
let messages;
/** @type {Connection} */
let connection;
let random = 1;
/** @type {number | null} */
let since = null;

beforeEach(() => {
  world = new FakeWorld();
  messages = [];
  random = 1;
  since = null;
});

/** @param {Partial<Options>} [options] */
function connect(options) {
  const url = () =>
    new URL(
      `ws://here/listen?lang=de${since === null ? "" : `&since=${since}`}`,
    );
  const onmessage = (/** @type {Message} */ message) =>
    void messages.push(message);
  const onchange = (/** @type {Connection} */ now) => void (connection = now);
  const socket = new Socket(
    { url, onmessage, onchange, ...options },
    world.itself,
    () => random,
  );
  socket.open();
  return socket;
}

/** @returns {number} milliseconds until it connects again; at most a minute */
function waitForRetry() {
  const before = world.sockets.length;
  for (let ms = 0; ms < 60_000; ms += 10) {
    if (world.sockets.length > before) return ms;
    world.advance(10);
  }
  throw new Error("it has not tried again");
}

test("it is open with the first ready, and passes every message on", () => {
  connect();
  assert.equal(connection.phase, "connecting");
  world.socket.receive(ready(), caption(1), { type: "poem" });
  assert.equal(connection.phase, "open");
  assert.deepEqual(
    messages.map((message) => message.type),
    ["ready", "caption"],
  );
});

test("it tells of being ready once for each connection", () => {
  let count = 0;
  connect({ onready: () => count++ });
  world.socket.receive(ready(), ready({ source: "fr" }));
  assert.equal(count, 1);
  world.socket.end(1006);
  waitForRetry();
  world.socket.receive(ready());
  assert.equal(count, 2);
});

test("the first retry is quick, later ones wait longer, up to a cap", () => {
  connect();
  const waits = Array.from({ length: 9 }, () => {
    world.socket.end(1006);
    return waitForRetry();
  });
  assert.deepEqual(
    waits,
    [300, 600, 1200, 2400, 4800, 9600, 10_000, 10_000, 10_000],
  );
});

test("the jitter is full: a retry may come at any time up to the longest wait", () => {
  connect();
  random = 0.5;
  world.socket.end(1006);
  assert.equal(waitForRetry(), 150);
  random = 0;
  world.socket.end(1006);
  world.advance(0);
  assert.equal(world.sockets.length, 3);
});

test("a connection that is lost at once again does not count as a good one", () => {
  connect();
  const waits = Array.from({ length: 3 }, () => {
    world.socket.receive(ready());
    world.socket.end(1006);
    return waitForRetry();
  });
  assert.deepEqual(waits, [300, 600, 1200]);
});

test("after a good connection the first retry is quick again", () => {
  connect();
  for (let times = 0; times < 5; times++) {
    world.socket.end(1006);
    waitForRetry();
  }
  world.socket.receive(ready());
  world.advance(20_000);
  world.socket.end(1006);
  assert.equal(waitForRetry(), 300);
});

test("it connects at once when the browser is online again", () => {
  connect();
  world.socket.end(1006);
  world.dispatchEvent(new Event("online"));
  world.socket.receive(ready());
  world.advance(1000);
  assert.equal(world.sockets.length, 2, "the retry is not needed any more");
});

test("an open connection has to prove itself when the browser is online again", () => {
  connect();
  world.socket.receive(ready());
  world.dispatchEvent(new Event("online"));
  world.socket.pong();
  world.advance(10_000);
  assert.equal(connection.phase, "open");
  world.dispatchEvent(new Event("online"));
  world.advance(5_000);
  assert.equal(connection.phase, "waiting");
});

test("being online again changes nothing for a connection that has stopped", () => {
  connect();
  world.socket.end(4409, { code: "replaced" });
  world.dispatchEvent(new Event("online"));
  assert.equal(world.sockets.length, 1);
});

/** @type {[number, { code: string, retryable?: boolean } | undefined][]} */
const RETRIED = [
  [1000, undefined],
  [1005, undefined],
  [1006, undefined],
  [1011, undefined],
  [1012, undefined],
  [1012, { code: "restarting", retryable: true }],
  [1013, { code: "try_again_later", retryable: true }],
  [4408, { code: "idle_timeout", retryable: true }],
  [4408, undefined],
  [4429, { code: "rate_limited", retryable: true }],
];
for (const [code, error] of RETRIED) {
  test(`${code} with ${error?.code ?? "no error"} is retried`, () => {
    connect();
    world.socket.receive(ready());
    world.socket.end(code, error);
    assert.equal(connection.phase, "waiting");
    assert.equal(waitForRetry(), 300);
  });
}

/** @type {[number, { code: string } | undefined, string][]} */
const HOPELESS = [
  [4400, { code: "bad_request" }, "bad_request"],
  [4401, { code: "unauthorized" }, "unauthorized"],
  [4403, { code: "forbidden" }, "forbidden"],
  [4404, { code: "unsupported_pair" }, "unsupported_pair"],
  [4409, { code: "replaced" }, "replaced"],
  [4429, { code: "quota_exceeded" }, "quota_exceeded"],
  [1009, { code: "too_large" }, "too_large"],
  [4401, undefined, "4401"],
  [4409, undefined, "4409"],
];
for (const [code, error, told] of HOPELESS) {
  test(`${code} with ${error?.code ?? "no error"} stops`, () => {
    connect();
    world.socket.end(code, error);
    world.advance(60_000);
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(connection, {
      phase: "stopped",
      error: told,
      detail: error ? "in words" : "",
    });
  });
}

test("an error that the connection survived does not count when it is lost later", () => {
  connect();
  world.socket.receive(ready(), {
    type: "error",
    code: "bad_message",
    message: "no",
    retryable: false,
  });
  world.socket.end(1006);
  assert.equal(waitForRetry(), 300);
  world.socket.receive(
    ready(),
    { type: "error", code: "bad_message", message: "no", retryable: false },
    caption(1),
  );
  world.socket.end(1012);
  assert.equal(waitForRetry(), 600);
});

test("it resumes from what was seen last", () => {
  connect();
  since = 44;
  world.socket.end(1006);
  waitForRetry();
  assert.equal(world.socket.url.searchParams.get("since"), "44");
});

test("it pings every 20 seconds, each time with another number", () => {
  connect();
  world.socket.receive(ready());
  world.advance(19_999);
  assert.equal(world.socket.sent.length, 0);
  world.advance(1);
  world.socket.pong();
  world.advance(20_000);
  assert.deepEqual(world.socket.sent, [
    { type: "ping", t: 1 },
    { type: "ping", t: 2 },
  ]);
});

test("after 45 seconds without a frame it connects again, and no sooner", () => {
  connect();
  const first = world.socket;
  first.receive(ready());
  world.advance(30_000);
  first.receive({ type: "pong", t: 1, server_ms: 0 });
  world.advance(44_999);
  assert.equal(connection.phase, "open");
  world.advance(1);
  assert.equal(first.isClosed, true);
  assert.equal(connection.phase, "waiting");
});

test("a server that never says that it is ready is tried again", () => {
  connect();
  world.advance(15_000);
  assert.equal(connection.phase, "waiting");
});

test("opened again, it listens to the new connection only", () => {
  const socket = connect();
  const old = world.socket;
  old.receive(ready());
  socket.open();
  assert.equal(old.isClosed, true);
  old.receive(caption(1));
  old.end(4409, { code: "replaced" });
  assert.deepEqual(
    messages.map((message) => message.type),
    ["ready"],
  );
  assert.equal(connection.phase, "connecting");
});

test("nothing is sent before the server is ready", () => {
  const socket = connect();
  assert.equal(socket.send({ type: "cancel", utterance: 1 }), false);
  world.socket.receive(ready());
  assert.equal(socket.send({ type: "cancel", utterance: 1 }), true);
  assert.deepEqual(world.socket.sent, [{ type: "cancel", utterance: 1 }]);
});

test("closed, it rests", () => {
  const socket = connect();
  world.socket.receive(ready());
  socket.close();
  world.advance(120_000);
  assert.equal(world.sockets.length, 1);
  assert.deepEqual(world.socket.sent, []);
});

test("one that goes on for ever is not stopped by any error, and tells of it", () => {
  connect({ forever: true });
  world.socket.end(4404, { code: "no_room" });
  assert.equal(connection.phase, "waiting");
  assert.equal(connection.error, "no_room");
  assert.equal(waitForRetry(), 10_000);
});

test("a page that is too old for its server stops", () => {
  connect();
  world.socket.receive(ready({ protocol: 2 }));
  assert.equal(connection.phase, "stopped");
  assert.equal(connection.error, "outdated");
});
