import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bestOf,
  directionOf,
  endonym,
  isWide,
  languagesFor,
  sourcesOf,
} from "../../web/lib/languages.js";

const MODELS = [
  { source: "en", targets: ["zh", "de"] },
  { source: "en", targets: ["fr", "de"] },
  { source: "de", targets: ["en"] },
];

/** @type {[string, string][]} */
const NAMES = [
  ["de", "Deutsch"],
  ["fr", "Français"],
  ["zh", "中文"],
  ["pt-BR", "Português (Brasil)"],
  ["xx", "xx"],
  ["not a tag", "not a tag"],
];
for (const [tag, name] of NAMES)
  test(`${tag} is ${name}`, () => assert.equal(endonym(tag), name));

test("a room offers what is spoken, then what there are models for, then what it has besides, by name", () => {
  assert.deepEqual(languagesFor(MODELS, { source: "en", targets: ["es"] }), [
    "en",
    "de",
    "es",
    "fr",
    "zh",
  ]);
});

test("before a room is known, all languages are offered", () => {
  assert.deepEqual(languagesFor(MODELS, null), ["de", "en", "fr", "zh"]);
});

test("a model of many languages offers each of them, but not the one that is spoken", () => {
  const many = [
    { source: "en", sources: ["en", "de", "fr"], targets: ["en", "de", "fr"] },
  ];
  assert.deepEqual(languagesFor(many, { source: "fr", targets: [] }), [
    "fr",
    "de",
    "en",
  ]);
  assert.deepEqual(sourcesOf(many), ["de", "en", "fr"]);
});

test("there is one source for all its models", () =>
  assert.deepEqual(sourcesOf(MODELS), ["de", "en"]));

/** @type {[string[], string[], string][]} */
const WANTED = [
  [["fr", "de"], ["de", "fr"], "fr"],
  [["sv", "de"], ["de", "fr"], "de"],
  [["de-AT"], ["de", "fr"], "de"],
  [["pt-BR"], ["pt", "pt-BR"], "pt-BR"],
  [["sv"], ["de", "fr"], ""],
  [[], ["de"], ""],
];
for (const [wanted, available, best] of WANTED) {
  test(`of ${available}, the best for ${wanted.join() || "nobody"} is ${best || "none"}`, () => {
    assert.equal(bestOf(wanted, available), best);
  });
}

/** @type {[string, string][]} */
const DIRECTIONS = [
  ["ar", "rtl"],
  ["fa-IR", "rtl"],
  ["he", "rtl"],
  ["ur", "rtl"],
  ["yi", "rtl"],
  ["az-Arab", "rtl"],
  ["az", "ltr"],
  ["de", "ltr"],
  ["zh-Hant", "ltr"],
  ["not a tag", "auto"],
];
for (const [tag, direction] of DIRECTIONS)
  test(`${tag} is ${direction}`, () =>
    assert.equal(directionOf(tag), direction));

test("Chinese and Japanese are wide", () => {
  assert.deepEqual(["zh", "zh-Hant", "ja", "yue", "de", "zha"].map(isWide), [
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
