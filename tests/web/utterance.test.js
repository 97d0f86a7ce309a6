import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Utterances } from "../../web/lib/utterance.js";
import { FakeWorld } from "./world.js";

/** @type {FakeWorld} */
let world;
/** @type {object[]} */
let sent;
/** @type {Utterances} */
let utterances;

beforeEach(() => {
  world = new FakeWorld();
  sent = [];
  utterances = new Utterances(
    (message) => sent.push(message),
    1000,
    world.itself,
  );
});

test("an utterance keeps its number until it is closed, the next has a higher one", () => {
  utterances.partial("the");
  world.advance(1000);
  utterances.partial("the cat");
  utterances.final("The cat.");
  utterances.partial("it");
  assert.deepEqual(sent, [
    { type: "partial", text: "the", utterance: 1000 },
    { type: "partial", text: "the cat", utterance: 1000 },
    { type: "final", text: "The cat.", utterance: 1000 },
    { type: "partial", text: "it", utterance: 1001 },
  ]);
});

test("a final without a partial has a number of its own", () => {
  utterances.final("One.");
  utterances.final("Two.");
  assert.deepEqual(sent, [
    { type: "final", text: "One.", utterance: 1000 },
    { type: "final", text: "Two.", utterance: 1001 },
  ]);
});

test("partials are sent no more often than every 150 ms, and the newest always", () => {
  for (const text of ["a", "ab", "abc", "abcd"]) utterances.partial(text);
  assert.deepEqual(texts(), ["a"]);
  world.advance(149);
  assert.deepEqual(texts(), ["a"]);
  world.advance(1);
  assert.deepEqual(texts(), ["a", "abcd"]);
  utterances.partial("abcde");
  assert.deepEqual(texts(), ["a", "abcd"]);
  world.advance(150);
  assert.deepEqual(texts(), ["a", "abcd", "abcde"]);
});

test("after a pause a partial is sent at once", () => {
  utterances.partial("a");
  world.advance(300);
  utterances.partial("ab");
  assert.deepEqual(texts(), ["a", "ab"]);
});

test("text that has not changed is not sent again", () => {
  utterances.partial("a");
  world.advance(150);
  utterances.partial("a ");
  world.advance(150);
  assert.deepEqual(texts(), ["a"]);
});

test("a partial that waits is superseded by the final", () => {
  utterances.partial("a");
  utterances.partial("ab");
  utterances.final("AB.");
  world.advance(1000);
  assert.deepEqual(texts(), ["a", "AB."]);
});

test("the first partial of an utterance does not wait for the one before", () => {
  utterances.partial("a");
  utterances.final("A.");
  utterances.partial("b");
  assert.deepEqual(texts(), ["a", "A.", "b"]);
});

test("a cancel withdraws the open utterance, and only an open one", () => {
  utterances.cancel();
  utterances.partial("a");
  utterances.partial("ab");
  utterances.cancel();
  utterances.cancel();
  world.advance(1000);
  assert.deepEqual(sent, [
    { type: "partial", text: "a", utterance: 1000 },
    { type: "cancel", utterance: 1000 },
  ]);
});

test("text that is deleted altogether withdraws the utterance", () => {
  utterances.partial("a");
  utterances.partial(" ");
  utterances.partial("b");
  utterances.final("  ");
  utterances.final("");
  assert.deepEqual(sent, [
    { type: "partial", text: "a", utterance: 1000 },
    { type: "cancel", utterance: 1000 },
    { type: "partial", text: "b", utterance: 1001 },
    { type: "cancel", utterance: 1001 },
  ]);
});

test("a sentence that is put in between waits for the open utterance, and has a number after it", () => {
  utterances.insert("Zero.");
  utterances.partial("one");
  utterances.insert("Two.");
  utterances.insert("Three.");
  utterances.final("One.");
  assert.deepEqual(
    sent.map((message) => Object.values(message).join(" ")),
    [
      "final Zero. 1000",
      "partial one 1001",
      "final One. 1001",
      "final Two. 1002",
      "final Three. 1003",
    ],
  );
});

/** @type {Record<string, [string, string]>} */
const CLEANED = {
  "control characters": ["a\u0000b\u007fc\u0085d", "abcd"],
  "half of a pair": ["a\ud83db", "ab"],
  "blanks at the ends": [" a b\n", "a b"],
};
for (const [name, [text, clean]] of Object.entries(CLEANED)) {
  test(`${name} are not sent`, () => {
    utterances.final(text);
    assert.deepEqual(texts(), [clean]);
  });
}

test("line breaks, tabs and emoji are sent", () => {
  utterances.final("a\n\tb 🎉");
  assert.deepEqual(texts(), ["a\n\tb 🎉"]);
});

test("no more than 4,000 characters are sent, and no half of one", () => {
  utterances.final(`${"a".repeat(3999)}🎉`);
  assert.deepEqual(texts(), ["a".repeat(3999)]);
});

function texts() {
  return sent.map((message) => ("text" in message ? message.text : "cancel"));
}
