import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Reader } from "../../web/lib/reader.js";
import { FakeWorld, caption, ready } from "./world.js";

/** @type {FakeWorld} */
let world;

beforeEach(() => {
  world = new FakeWorld();
});

/** @param {{ langs?: string[], stability?: string, forever?: boolean }} [options] */
function read(options) {
  const defaults = {
    room: "hall",
    token: null,
    langs: ["de"],
    preferred: [],
    stability: "steady",
    onchange() {},
  };
  const reader = new Reader({ ...defaults, ...options }, world.itself);
  void reader.start();
  return reader;
}

function asked() {
  return Object.fromEntries(world.socket.url.searchParams);
}

/** @param {Reader} reader */
function segments(reader) {
  return reader.captions.map((shown) => shown.segment);
}

test("it asks for its room, language and stability", () => {
  read();
  assert.match(world.socket.url.pathname, /\/v1\/rooms\/hall\/listen$/);
  assert.deepEqual(asked(), { lang: "de", stability: "steady" });
});

test("it resumes after a lost connection", () => {
  const reader = read();
  world.socket.receive(
    ready({ seq: 1 }),
    caption(1),
    caption(4, { segment: 2 }),
  );
  world.socket.end(1006);
  world.dispatchEvent(new Event("online"));
  assert.equal(asked()["since"], "4");
  world.socket.receive(ready({ seq: 6 }), caption(6, { segment: 3 }));
  assert.deepEqual(segments(reader), [1, 2, 3]);
  assert.equal(reader.missed, false);
  assert.equal(reader.joined.seq, 1, "what was missed is news, not history");
});

test("it tells of a gap until that is dismissed", () => {
  const reader = read();
  world.socket.receive(ready({ gap: true, seq: 900 }));
  world.socket.receive(ready({ seq: 900 }));
  assert.equal(reader.missed, true);
});

test("a server that has begun anew is read from its beginning", () => {
  const reader = read();
  world.socket.receive(ready({ log: "old" }), caption(900, { segment: 70 }));
  const { joined } = reader;
  world.socket.end(1012);
  world.dispatchEvent(new Event("online"));
  assert.equal(asked()["log"], "old");
  world.socket.receive(
    ready({ seq: 2, log: "new", gap: true }),
    caption(1),
    caption(2),
  );
  assert.equal(reader.missed, true);
  assert.deepEqual(segments(reader), [1, 2]);
  assert.equal(reader.joined.seq, 0, "what it says is news");
  assert.notEqual(reader.joined, joined);
});

test("another language is read from its history on", () => {
  const reader = read();
  world.socket.receive(ready({ seq: 8 }), caption(8));
  reader.chooseLanguages(["fr"]);
  assert.deepEqual(asked(), { lang: "fr", stability: "steady" });
  world.socket.receive(ready({ seq: 9 }), caption(9, { lang: "fr" }));
  assert.deepEqual(segments(reader), [9]);
  assert.equal(reader.joined.seq, 9);
});

test("with another stability what is finished stays, and what is open is asked for again", () => {
  const reader = read();
  world.socket.receive(
    ready(),
    caption(1),
    caption(3, { segment: 2, final: false }),
    caption(5, { segment: 3 }),
  );
  reader.chooseStability("final");
  assert.deepEqual(asked(), { lang: "de", stability: "final", since: "2" });
  assert.deepEqual(segments(reader), [1, 3]);
});

test("a language that the room does not have falls back to what is spoken", () => {
  const reader = read({ langs: ["fr"] });
  world.socket.end(4404, { code: "unsupported_pair" });
  assert.equal(asked()["lang"], undefined);
  world.socket.receive(ready({ source: "en" }));
  assert.equal(asked()["lang"], "en");
  world.socket.receive(ready({ source: "en" }), caption(1, { lang: "en" }));
  assert.deepEqual(segments(reader), [1]);
  assert.deepEqual(reader.unavailable, ["fr"]);
});

test("so does a display, which never stops", () => {
  read({ langs: ["fr"], forever: true });
  world.socket.end(4404, { code: "unsupported_pair" });
  assert.equal(asked()["lang"], undefined);
});

test("it does not ask for what is spoken again and again where even that is refused", () => {
  read({ langs: ["en"] });
  world.socket.receive(ready({ source: "en" }));
  world.socket.end(4404, { code: "unsupported_pair" });
  assert.equal(world.sockets.length, 1);
});

test("when another language is spoken, the one that was missing is asked for again", () => {
  read({ langs: ["fr"] });
  world.socket.end(4404, { code: "unsupported_pair" });
  world.socket.receive(ready({ source: "en" }));
  world.socket.receive(ready({ source: "en" }));
  world.socket.receive(ready({ source: "de" }));
  assert.equal(asked()["lang"], "fr");
});

test("one who wants no language in particular reads what is spoken, whatever that is", async () => {
  const reader = read({ langs: [] });
  await new Promise((resolve) => setTimeout(resolve, 20));
  world.socket.receive(ready({ source: "en" }));
  assert.equal(asked()["lang"], "en");
  world.socket.receive(ready({ source: "en" }));
  world.socket.receive(ready({ source: "de" }));
  assert.equal(asked()["lang"], "de");
  assert.deepEqual(reader.unavailable, []);
});

test("a language that the server knows by a shorter tag is read under that", () => {
  const reader = read({ langs: ["de-AT"] });
  world.socket.receive(ready(), caption(1, { lang: "de" }));
  assert.deepEqual(segments(reader), [1]);
  assert.equal(reader.language, "de");
  assert.deepEqual(reader.unavailable, []);
});

test("two languages come on one connection", () => {
  const reader = read({ langs: ["de", "en"] });
  assert.equal(asked()["lang"], "de,en");
  world.socket.receive(
    ready(),
    caption(1),
    caption(2, { segment: 1, lang: "en" }),
  );
  assert.deepEqual(segments(reader), [1]);
  assert.equal(reader.captionsIn("en").length, 1);
});

test("of two languages the one that there is is read", () => {
  const reader = read({ langs: ["de", "fr"] });
  world.socket.end(4404, { code: "unsupported_pair" });
  assert.equal(asked()["lang"], "de");
  world.socket.receive(ready(), caption(1));
  assert.deepEqual(reader.unavailable, ["fr"]);
});

test("all that the room remembers comes in its order, and what was there stays", () => {
  const reader = read();
  world.socket.receive(ready({ seq: 9 }), caption(8), caption(9));
  reader.readWhole();
  assert.equal(asked()["since"], "0");
  world.socket.receive(
    ready({ seq: 9 }),
    caption(1),
    caption(2),
    caption(8),
    caption(9),
  );
  assert.deepEqual(segments(reader), [1, 2, 8, 9]);
  assert.equal(reader.joined.seq, 9, "it is history, not news");
  reader.chooseLanguages(["fr"]);
  assert.equal(asked()["since"], "0", "and so it is in another language");
  world.socket.receive(ready({ seq: 9, gap: true }));
  assert.equal(
    reader.missed,
    false,
    "what the room has forgotten was not missed",
  );
});

test("one that is stopped before it has begun does not begin", async () => {
  const reader = read({ langs: [] });
  reader.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(world.sockets.length, 0);
  void reader.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(world.sockets.length, 1);
});
