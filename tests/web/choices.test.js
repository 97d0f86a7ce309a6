import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CHOICES as captions } from "../../web/captions/choices.js";
import { CHOICES as display } from "../../web/display/choices.js";
import { CHOICES as overlay } from "../../web/overlay/choices.js";

/** @import { Setting } from "../../web/lib/settings.js" */

const DOCS = readFileSync(
  new URL("../../docs/pages.md", import.meta.url),
  "utf-8",
);
const OF_THE_BROWSER = ["lang", "ui"];

/** @param {string} heading @returns {[string, string][]} parameters and what they are without being told */
function documented(heading) {
  const section = DOCS.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => {
    const [, names = "", , fallbacks = ""] = row.split("|");
    const values = codes(fallbacks);
    return codes(names).map(
      (name, at) => /** @type {[string, string]} */ ([name, values[at] ?? ""]),
    );
  });
}

/** @param {string} cell */
function codes(cell) {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

/** @type {[string, Record<string, Setting<unknown>>][]} */
const PAGES = [
  ["Captions", captions],
  ["Display", display],
  ["Overlay", overlay],
];
for (const [heading, choices] of PAGES) {
  test(`${heading}: the parameters are those of the docs`, () => {
    const found = documented(heading);
    assert.deepEqual(
      found.map(([name]) => name).sort(),
      Object.keys(choices).sort(),
    );
    for (const [name, fallback] of found) {
      if (!OF_THE_BROWSER.includes(name))
        assert.equal(fallback, String(choices[name]?.fallback), name);
    }
  });
}
