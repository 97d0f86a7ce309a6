import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BadLine,
  lengthOf,
  readTalk,
  withNumbers,
} from "../../web/lib/talk.js";

/** @param {string} text */
const finals = (text, lang = "en") =>
  readTalk(text, lang)
    .filter(({ type }) => type === "final")
    .map((event) => event.text);

test("a script is spoken word by word, a sentence at a time", () => {
  const talk = readTalk("Good morning, everyone. How are you?\n\nFine.", "en");
  assert.deepEqual(
    talk
      .slice(0, 4)
      .map(({ type, text, utterance }) => [type, text, utterance]),
    [
      ["partial", "Good", 0],
      ["partial", "Good morning,", 0],
      ["partial", "Good morning, everyone.", 0],
      ["final", "Good morning, everyone.", 0],
    ],
  );
  assert.deepEqual(
    talk
      .filter(({ type }) => type === "final")
      .map(({ text, utterance }) => [text, utterance]),
    [
      ["Good morning, everyone.", 0],
      ["How are you?", 1],
      ["Fine.", 2],
    ],
  );
  assert.ok(talk.every(({ at }, index) => at >= (talk[index - 1]?.at ?? 0)));
  // Seven words at 140 a minute, and two rests.
  assert.equal(Math.round(lengthOf(talk)), 3000 + 2 * 600);
});

test("sentences end as they do in the language", () => {
  assert.deepEqual(finals("大家好。谢谢！", "zh"), ["大家好。", "谢谢！"]);
  const [first] = readTalk("大家好。", "zh");
  assert.ok((first?.text.length ?? 9) < 4);
});

test("numbers of three digits are drawn", () => {
  const drawn = [0, 0.9999];
  assert.equal(
    withNumbers("{n} of {n}.", () => drawn.shift() ?? 0),
    "100 of 999.",
  );
});

test("a script of nothing says nothing", () =>
  assert.deepEqual(readTalk(" \n – \n", "en"), []));

test("a recording keeps its own times, in order", () => {
  const lines = [
    {
      at_ms: 900,
      type: "final",
      text: "Good morning.",
      utterance: 3,
      end_ms: 800,
    },
    { at_ms: 200, type: "partial", text: "good", utterance: 3, mood: "merry" },
  ];
  const trace = lines.map((line) => JSON.stringify(line)).join("\r\n\n");
  assert.deepEqual(readTalk(trace, "en"), [
    { at: 200, type: "partial", text: "good", utterance: 3 },
    { at: 900, type: "final", text: "Good morning.", utterance: 3 },
  ]);
});

for (const [line, field] of [
  ["{", ""],
  ["[1]", "at_ms"],
  ['{"type":"final","text":"x"}', "at_ms"],
  ['{"at_ms":-1,"type":"final","text":"x"}', "at_ms"],
  ['{"at_ms":"1","type":"final","text":"x"}', "at_ms"],
  ['{"at_ms":1,"type":"cancel","text":"x"}', "type"],
  ['{"at_ms":1,"type":"final"}', "text"],
  [`{"at_ms":1,"type":"final","text":"${"x".repeat(4001)}"}`, "text"],
  ['{"at_ms":1,"type":"final","text":"x","utterance":1.5}', "utterance"],
])
  test(`a bad line is told by its number and field: ${String(line).slice(0, 50)}`, () => {
    const isIt = (/** @type {unknown} */ error) =>
      error instanceof BadLine && error.line === 2 && error.field === field;
    assert.throws(
      () => readTalk(`{"at_ms":1,"type":"final","text":"x"}\n${line}`, "en"),
      isIt,
    );
  });
