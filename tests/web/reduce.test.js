import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  NOTHING,
  captionsIn,
  finishedOnly,
  isNews,
  reduce,
} from "../../web/lib/reduce.js";
import { randomLog, foldWithNoise } from "./log.js";
import { caption } from "./world.js";

/**
 * @import { Caption, Message } from "../../web/lib/protocol.js"
 * @import { State } from "../../web/lib/reduce.js"
 * @typedef {Pick<Caption, "segment" | "revision" | "stable" | "tentative" | "final">} Shown
 * @typedef {object} Case
 * @property {string} name
 * @property {number} [limit]
 * @property {Message[]} messages
 * @property {{ seq: number | null, captions: Record<string, Shown[]> }} expect
 */

const FIXTURE = new URL("../fixtures/captions.json", import.meta.url);
/** @type {Case[]} */
const CASES = JSON.parse(readFileSync(FIXTURE, "utf8")).cases;

for (const { name, limit, messages, expect } of CASES) {
  test(name, () =>
    assert.deepEqual(shown(fold(messages, limit)), withoutEmpty(expect)),
  );
}

test("any log, with states missing, messages twice and a resume, ends in the same list", () => {
  for (let seed = 0; seed < 300; seed++) {
    const log = randomLog(seed);
    const expected = shown(fold(log));
    assert.deepEqual(
      shown(foldWithNoise(log, seed, reduce, NOTHING)),
      expected,
      `seed ${seed}`,
    );
  }
});

test("what was said before a reader came is no news, even if it is translated later", () => {
  const joined = { seq: 40, segment: 12 };
  const said = (
    /** @type {number} */ seq,
    /** @type {Partial<Caption>} */ fields,
  ) =>
    isNews(/** @type {Caption} */ ({ ...caption(seq, {}), ...fields }), joined);
  assert.equal(said(40, { segment: 13 }), false, "it was told before");
  assert.equal(said(41, { segment: 12 }), false, "it was finished before");
  assert.equal(
    said(41, { segment: 12, revision: 2 }),
    true,
    "it was corrected",
  );
  assert.equal(said(41, { segment: 13 }), true, "it was said since");
});

test("memory is flat", () => {
  let state = NOTHING;
  for (let seq = 1; seq < 5000; seq += 2) {
    state = reduce(
      state,
      message(caption(seq, { segment: seq, stable: "Ja." })),
      100,
    );
    state = reduce(
      state,
      message({ type: "cancel", seq: seq + 1, segment: seq + 1, lang: "de" }),
      100,
    );
  }
  const track = state.tracks.get("de");
  assert.equal(track?.captions.length, 100);
  assert.equal(track?.cancelled.length, 100);
});

test("a state is never changed, only replaced", () => {
  const before = reduce(NOTHING, message(caption(1, { stable: "Eins." })));
  const frozen = structuredClone(shown(before));
  reduce(
    before,
    message(caption(2, { segment: 1, revision: 2, stable: "Zwei." })),
  );
  assert.deepEqual(shown(before), frozen);
});

test("a message that tells nothing new gives the same state, so that nothing is painted again", () => {
  const known = message(caption(1, { stable: "Eins." }));
  const state = reduce(NOTHING, known);
  assert.equal(reduce(state, known), state);
});

test("a reader that asks for another stability resumes before what is open", () => {
  const state = fold(
    [
      caption(1),
      caption(5, { segment: 2, final: false }),
      caption(9, { segment: 3 }),
    ].map(message),
  );
  const after = finishedOnly(state);
  assert.equal(after.seq, 4);
  assert.deepEqual(
    captionsIn(after, "de").map((kept) => kept.segment),
    [1, 3],
  );
});

/** @param {object} fields @returns {Message} */
function message(fields) {
  return /** @type {Message} */ (fields);
}

/** @param {readonly Message[]} messages @param {number} [limit] */
function fold(messages, limit) {
  return messages.reduce((state, next) => reduce(state, next, limit), NOTHING);
}

/** @param {State} state */
function shown(state) {
  /** @type {Record<string, Shown[]>} */
  const captions = {};
  for (const lang of state.tracks.keys()) {
    captions[lang] = captionsIn(state, lang).map(
      ({ segment, revision, stable, tentative, final }) => {
        return { segment, revision, stable, tentative, final };
      },
    );
  }
  return withoutEmpty({ seq: state.seq, captions });
}

/** @param {Case["expect"]} expected */
function withoutEmpty({ seq, captions }) {
  return {
    seq,
    captions: Object.fromEntries(
      Object.entries(captions).filter(([, list]) => list.length > 0),
    ),
  };
}
