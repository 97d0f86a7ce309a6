import assert from "node:assert/strict";
import { test } from "node:test";

import { Phrases } from "../../web/lib/i18n.js";
import { brief, explain } from "../../web/lib/words.js";

/** @import { Connection } from "../../web/lib/socket.js" */

/** @type {[Connection["phase"], string | null, boolean, string, RegExp][]} */
const CASES = [
  ["connecting", null, true, "Connecting…", /^$/],
  ["open", null, true, "Connected", /^$/],
  ["open", null, false, "Connected", /^$/],
  ["waiting", null, true, "Reconnecting…", /^$/],
  ["waiting", "try_again_later", true, "Reconnecting…", /^$/],
  ["waiting", "no_room", true, "Reconnecting…", /no such room/],
  ["waiting", null, false, "Offline", /by itself when you are back/],
  ["stopped", "replaced", true, "Disconnected", /Another speaker took over/],
  ["stopped", "replaced", false, "Disconnected", /Another speaker took over/],
  ["stopped", "4409", true, "Disconnected", /Another speaker took over/],
  ["stopped", "4401", true, "Disconnected", /needs a key/],
  [
    "stopped",
    "of_a_newer_server",
    true,
    "Disconnected",
    /ended the connection: its own words\.$/,
  ],
];

for (const [phase, error, isOnline, short, long] of CASES) {
  test(`${phase} with ${error ?? "no error"}${isOnline ? "" : ", offline"}`, () => {
    const connection = { phase, error, detail: "its own words" };
    assert.equal(brief(new Phrases(), connection, isOnline), short);
    assert.match(explain(new Phrases(), connection, isOnline), long);
  });
}
