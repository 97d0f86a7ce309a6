import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  finding,
  gradeOf,
  gradeOfLoad,
  loadIn,
  worstOf,
} from "../../web/operator/checks.js";
import { termsIn } from "../../web/operator/terms.js";
import { LANGUAGES } from "../../web/lib/i18n.js";
import { readTalk, withNumbers } from "../../web/lib/talk.js";

const SAMPLES = JSON.parse(
  readFileSync(
    new URL("../../web/operator/samples.json", import.meta.url),
    "utf8",
  ),
);

const FINE = {
  firstMs: 1200,
  slowestMs: 300,
  erasure: 0.1,
  isComplete: true,
  captions: [],
};

for (const [name, outcome, found, grade] of /** @type {const} */ ([
  ["all is well", {}, "good", "good"],
  [
    "nothing came",
    { firstMs: null, slowestMs: null, erasure: null, isComplete: false },
    "nothing",
    "bad",
  ],
  ["it broke off", { isComplete: false }, "incomplete", "bad"],
  ["the first words came late", { firstMs: 3500 }, "slow", "care"],
  ["the last words came late", { slowestMs: 3500 }, "slow", "care"],
  ["nobody can follow", { slowestMs: 9000 }, "late", "bad"],
  ["words were rewritten", { erasure: 0.3 }, "restless", "care"],
]))
  test(`${name}: ${found}`, () => {
    assert.equal(finding({ ...FINE, ...outcome }), found);
    assert.equal(gradeOf(finding({ ...FINE, ...outcome })), grade);
  });

test("a room is as good as the worst of its parts", () => {
  assert.equal(worstOf(["good", "care", "good"]), "care");
  assert.equal(worstOf(["care", "bad", "good"]), "bad");
  assert.equal(worstOf([]), "good");
  assert.deepEqual(
    ["normal", "busy", "overloaded", "new"].map((load) =>
      gradeOfLoad(loadIn(load)),
    ),
    ["good", "care", "bad", "bad"],
  );
});

for (const language of LANGUAGES)
  test(`the sample in ${language} is a short talk of five sentences`, () => {
    const sample = withNumbers(SAMPLES[language] ?? "");
    const sentences = readTalk(sample, language)
      .filter(({ type }) => type === "final")
      .map(({ text }) => text);
    assert.equal(sentences.length, 5);
    assert.ok(sentences.every((text) => /(?<!\d)\d{3}(?!\d)/.test(text)));
  });

test("terms come in lines, as spreadsheets and people write them", () => {
  assert.deepEqual(
    termsIn("token\tZugangsmarke\r\n\nrtt\nroom = Raum; Zimmer\n", "de"),
    [
      { source: "token", targets: { de: "Zugangsmarke" } },
      { source: "rtt", targets: {} },
      { source: "room", targets: { de: "Raum" } },
    ],
  );
});
