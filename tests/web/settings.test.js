import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Settings,
  choice,
  language,
  languages,
  number,
  parameters,
} from "../../web/lib/settings.js";

/** @param {{ address?: string, memory?: Record<string, string> }} from */
function settings({ address = "", memory = {} }) {
  const stored = new Map(Object.entries(memory));
  const params = new URLSearchParams(address);
  /** @type {string[]} */
  const addresses = [];
  const stores = [
    parameters(params, (changed) => addresses.push(String(changed))),
    stored,
  ];
  const definitions = {
    lang: language,
    size: number(50, 400, 100),
    stability: choice(["fast", "steady", "final"], "steady"),
  };
  return { it: new Settings(definitions, stores), stored, addresses };
}

test("the address comes before memory, memory before the default", () => {
  const memory = { stability: "fast", size: "150" };
  const { it } = settings({ address: "stability=final", memory });
  assert.deepEqual(
    [it.get("stability"), it.get("size"), it.get("lang")],
    ["final", 150, ""],
  );
});

/** @type {[string, unknown][]} */
const ADDRESSES = [
  ["stability=final", "final"],
  ["stability=FINAL", "fast"],
  ["stability=", "fast"],
  ["other=final", "fast"],
];
for (const [address, expected] of ADDRESSES) {
  test(`with fast in memory, ?${address} is ${expected}`, () => {
    assert.equal(
      settings({ address, memory: { stability: "fast" } }).it.get("stability"),
      expected,
    );
  });
}

/** @type {[string, number][]} */
const SIZES = [
  ["50", 50],
  ["400", 400],
  ["49", 100],
  ["401", 100],
  ["big", 100],
  ["", 100],
];
for (const [text, expected] of SIZES) {
  test(`?size=${text} is ${expected}`, () => {
    assert.equal(
      settings({ address: `size=${text}` }).it.get("size"),
      expected,
    );
  });
}

/** @type {[string, string][]} */
const LANGUAGES = [
  ["de", "de"],
  ["DE", "de"],
  ["pt-br", "pt-BR"],
  ["zh-hant", "zh-Hant"],
  ["de,fr", ""],
  ["?", ""],
  ["", ""],
];
for (const [text, expected] of LANGUAGES) {
  test(`?lang=${text} is ${expected || "none"}`, () => {
    assert.equal(
      settings({ address: `lang=${text}` }).it.get("lang"),
      expected,
    );
  });
}

test("a choice is remembered, and leaves an address alone that says nothing of it", () => {
  const { it, stored, addresses } = settings({ address: "lang=de" });
  it.set("size", "150");
  assert.equal(it.get("size"), 150);
  assert.equal(stored.get("size"), "150");
  assert.deepEqual(addresses, []);
});

test("a choice comes before the address, and still does when the page is opened again", () => {
  const { it, addresses } = settings({ address: "lang=de&size=75" });
  it.set("lang", "fr");
  assert.equal(it.get("lang"), "fr");
  assert.deepEqual(addresses, ["lang=fr&size=75"]);
});

/** @type {[string, string[] | null][]} */
const LISTS = [
  ["de", ["de"]],
  ["de,EN-gb", ["de", "en-GB"]],
  [" de , fr ", ["de", "fr"]],
  ["de,de", null],
  ["de,fr,es", null],
  ["de,", null],
  ["", null],
];
for (const [text, expected] of LISTS)
  test(`of two languages at most, "${text}" is ${expected}`, () =>
    assert.deepEqual(languages(2).parse(text), expected));
