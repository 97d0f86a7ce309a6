import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import english from "../../web/i18n/en.js";
import { LANGUAGES, Phrases } from "../../web/lib/i18n.js";

/** @import { Messages, Plural } from "../../web/i18n/en.js" */

const WEB = new URL("../../web/", import.meta.url);
const PLACEHOLDER = /\{\w+\}/g;
const keys = Object.keys(english);

/** @param {string} language @returns {Promise<Messages>} */
async function messagesOf(language) {
  return (await import(`../../web/i18n/${language}.js`)).default;
}

/** @param {string} folder of web/ @param {RegExp} name @returns {string[]} texts of its files, the messages' left out */
function sourcesIn(folder, name) {
  return readdirSync(new URL(folder, WEB), { withFileTypes: true }).flatMap(
    (entry) => {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory())
        return /node_modules|i18n/.test(path)
          ? []
          : sourcesIn(`${path}/`, name);
      return name.test(path) ? [readFileSync(new URL(path, WEB), "utf-8")] : [];
    },
  );
}

/** @param {string | Plural} message */
function forms(message) {
  return typeof message === "string" ? [message] : Object.values(message);
}

/** @param {string} text */
function placeholders(text) {
  return [...new Set(text.match(PLACEHOLDER))].sort();
}

test("there is a file for each language, and no other", () => {
  const files = readdirSync(new URL("i18n/", WEB)).sort();
  assert.deepEqual(files, LANGUAGES.map((tag) => `${tag}.js`).sort());
});

for (const language of LANGUAGES) {
  test(`${language} names the values that English names, in each form`, async () => {
    const messages = await messagesOf(language);
    assert.deepEqual(Object.keys(messages), keys);
    for (const [key, message] of Object.entries(messages)) {
      const expected = placeholders(
        forms(english[/** @type {keyof typeof english} */ (key)]).at(-1) ?? "",
      );
      for (const text of forms(message))
        assert.deepEqual(placeholders(text), expected, `${key}: ${text}`);
    }
  });

  test(`${language} has the plural forms that its numbers take`, async () => {
    const rules = new Intl.PluralRules(language);
    const taken = new Set([0, 1, 2, 5, 21, 100].map((n) => rules.select(n)));
    for (const [key, message] of Object.entries(await messagesOf(language))) {
      if (typeof message === "string") continue;
      assert.deepEqual(new Set(Object.keys(message)), taken, key);
    }
  });
}

test("every text that a page asks for is there, and no other", () => {
  const pages = sourcesIn("", /html$/).join("\n");
  const sources = pages + sourcesIn("", /js$/).join("\n");
  for (const [, key] of pages.matchAll(
    /data-(?:text|label|placeholder|title)="([^"]+)"/g,
  ))
    assert.ok(
      keys.includes(key ?? ""),
      `${key} is in a page and in no language`,
    );
  const built = [...sources.matchAll(/[`"]([a-z_]+\.)\$\{/g)].map(
    ([, start]) => start ?? "",
  );
  const unused = keys.filter(
    (key) =>
      !sources.includes(`"${key}"`) &&
      !built.some((start) => key.startsWith(start)),
  );
  assert.deepEqual(unused, []);
});

test("values come in the way of the language", async () => {
  const phrases = new Phrases();
  await phrases.load("de");
  assert.equal(phrases.language, "de");
  assert.equal(
    phrases.text("problem.ended_with", { detail: "x" }),
    "Der Server hat die Verbindung beendet: x.",
  );
});

test("what is missing is English", async () => {
  const phrases = new Phrases();
  await phrases.load("xx");
  assert.equal(phrases.language, "en");
  assert.equal(phrases.text("state.offline"), "Offline");
});
