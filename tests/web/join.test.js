import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf } from "../../web/start/join.js";

const ROOT = new URL("https://rtt.example/captions-for-all/");

/** @param {object} grant */
const token = (grant) =>
  `${Buffer.from(JSON.stringify(grant)).toString("base64url")}.signature`;

test("a name leads to the captions of that room", () => {
  for (const said of ["calm-river-417", " calm river 417 "])
    assert.deepEqual(placeOf(said, ROOT), {
      page: "captions",
      room: "calm-river-417",
      token: "",
    });
});

test("a link leads where it leads, on this server only", () => {
  const link = `${ROOT.href}speak/hall#token=a.b`;
  assert.equal(String(placeOf(link, ROOT)), link);
  assert.equal(placeOf("https://evil.example/captions/hall", ROOT), null);
  assert.equal(placeOf("https://rtt.example/elsewhere", ROOT), null);
  assert.equal(placeOf("https://", ROOT), null);
});

test("a code leads to the page of its role", () => {
  for (const [role, page] of Object.entries({
    reader: "captions",
    operator: "operator",
    speaker: "speak",
  })) {
    const code = token({ role, room: "hall", expires: 1 });
    assert.deepEqual(placeOf(code, ROOT), { page, room: "hall", token: code });
  }
});

for (const said of [
  "",
  "hall!",
  "javascript:alert(1)",
  "x".repeat(65),
  token({ role: "organiser" }),
  "a.b",
  token([]),
])
  test(`nowhere: ${said.slice(0, 30)}`, () =>
    assert.equal(placeOf(said, ROOT), null));
