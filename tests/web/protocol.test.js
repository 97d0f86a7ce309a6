import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { decode } from "../../web/lib/protocol.js";
import { everythingSent } from "./sent.js";

const FIXTURE = new URL("../fixtures/protocol.json", import.meta.url);
const skip = existsSync(FIXTURE)
  ? false
  : "tests/fixtures/protocol.json is not there yet";

/** @typedef {{ name: string, direction: string, message: { type: string } }} Example */
/** @type {Example[]} */
const examples = skip ? [] : JSON.parse(readFileSync(FIXTURE, "utf8")).valid;

const CAPTION = {
  type: "caption",
  seq: 41,
  segment: 12,
  revision: 3,
  lang: "de",
  stable: "Die Katze saß",
  tentative: " auf",
  final: false,
};

test("every message to everybody is understood", { skip }, () => {
  const toEverybody = examples.filter(
    (example) => example.direction === "to_everybody",
  );
  assert.notEqual(toEverybody.length, 0);
  for (const { name, message } of toEverybody) {
    assert.equal(decode(JSON.stringify(message))?.type, message.type, name);
  }
});

test(
  "every message that is sent is one that the server knows",
  { skip },
  () => {
    const sent = everythingSent();
    for (const who of /** @type {const} */ (["from_speaker", "from_reader"])) {
      const known = new Set(
        examples
          .filter(({ direction }) => direction === who)
          .map(({ message }) => message.type),
      );
      assert.deepEqual(
        [...sent[who]].filter((type) => !known.has(type)),
        [],
        who,
      );
    }
  },
);

test("a speaker sends partials, finals, cancels and pings, a reader pings only", () => {
  const sent = everythingSent();
  assert.deepEqual([...sent.from_speaker].sort(), [
    "cancel",
    "final",
    "partial",
    "ping",
  ]);
  assert.deepEqual([...sent.from_reader], ["ping"]);
});

test("what a message carries is kept, unknown fields are left out", () => {
  assert.deepEqual(
    decode(JSON.stringify({ ...CAPTION, mood: "calm", start_ms: 5460 })),
    CAPTION,
  );
});

test("a field that may be missing may be missing", () => {
  const ready = {
    type: "ready",
    protocol: 1,
    room: "hall",
    source: "en",
    targets: ["de"],
    seq: 40,
  };
  assert.deepEqual(decode(JSON.stringify(ready)), ready);
  assert.deepEqual(decode(JSON.stringify({ ...ready, gap: true })), {
    ...ready,
    gap: true,
  });
});

/** @type {Record<string, unknown>} */
const UNREADABLE = {
  "no JSON": "{",
  "an array": "[]",
  null: "null",
  "a number": "41",
  "no type": "{}",
  "an unknown type": JSON.stringify({ ...CAPTION, type: "poem" }),
  "a type that every object inherits": JSON.stringify({ type: "constructor" }),
  "a type that is no text": JSON.stringify({ ...CAPTION, type: ["caption"] }),
  "a missing field": JSON.stringify({ ...CAPTION, stable: undefined }),
  "a number as text": JSON.stringify({ ...CAPTION, seq: "41" }),
  "a list of other things": JSON.stringify({
    type: "ready",
    protocol: 1,
    room: "hall",
    source: "en",
    targets: [1],
    seq: 40,
  }),
  "a binary frame": new Uint8Array([123, 125]),
};

for (const [name, frame] of Object.entries(UNREADABLE)) {
  test(`${name} is ignored`, () => assert.equal(decode(frame), null));
}
