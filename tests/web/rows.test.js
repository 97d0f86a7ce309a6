import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf } from "../../web/lib/rows.js";
import { caption } from "./world.js";

/** @import { Caption } from "../../web/lib/protocol.js" */

/** @param {number} segment @param {string} lang @returns {Caption} */
function said(segment, lang) {
  return /** @type {Caption} */ (caption(segment, { lang }));
}

test("a row has a segment in each language, where it has come", () => {
  const [de1, de3, en1, en2] = [
    said(1, "de"),
    said(3, "de"),
    said(1, "en"),
    said(2, "en"),
  ];
  assert.deepEqual(
    rowsOf([
      [de1, de3],
      [en1, en2],
    ]),
    [
      { segment: 1, captions: [de1, en1] },
      { segment: 2, captions: [undefined, en2] },
      { segment: 3, captions: [de3, undefined] },
    ],
  );
});

test("nothing has no rows", () => assert.deepEqual(rowsOf([[], []]), []));
