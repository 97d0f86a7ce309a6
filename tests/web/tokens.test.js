import assert from "node:assert/strict";
import test from "node:test";

import { takeTokens, withTokens } from "../../web/lib/tokens.js";

/** @import { Window } from "../../web/lib/tokens.js" */

/** A tab of a browser that opens an address. */
class Tab {
  /** @type {Map<string, string>} */
  memory = new Map();
  reloads = 0;
  /** @type {() => void} */
  onhashchange = () => {};

  /** @param {string} address */
  constructor(address) {
    this.url = new URL(address, "https://captions.example");
  }

  /** @param {string} address */
  go(address) {
    this.url = new URL(address, this.url);
    return this;
  }

  take() {
    return takeTokens(
      /** @type {Window} */ (/** @type {unknown} */ (this.window)),
    );
  }

  get window() {
    const { url, memory } = this;
    const reload = () => this.reloads++;
    const { pathname, search, hash } = url;
    return {
      location: { pathname, search, hash, reload },
      history: {
        replaceState: (
          /** @type {null} */ _,
          /** @type {string} */ __,
          /** @type {string} */ to,
        ) => this.go(to),
      },
      sessionStorage: {
        getItem: (/** @type {string} */ key) => memory.get(key) ?? null,
        setItem: (/** @type {string} */ key, /** @type {string} */ value) =>
          memory.set(key, value),
      },
      addEventListener: (
        /** @type {string} */ _,
        /** @type {() => void} */ listener,
      ) => (this.onhashchange = listener),
    };
  }
}

test("tokens are taken out of the address and remembered", () => {
  const tab = new Tab("/speak/hall?source=en#token=a.b-c&reader=d");
  assert.deepEqual(tab.take(), { token: "a.b-c", reader: "d", speaker: "" });
  assert.equal(tab.url.href, "https://captions.example/speak/hall?source=en");
  assert.deepEqual(tab.take(), { token: "a.b-c", reader: "d", speaker: "" });
});

test("a token in the query is taken out too", () => {
  const tab = new Tab("/captions/hall?lang=de&token=a&size=150");
  assert.deepEqual(tab.take(), { token: "a", reader: "", speaker: "" });
  assert.equal(
    tab.url.href,
    "https://captions.example/captions/hall?lang=de&size=150",
  );
});

test("a new token takes the place of the old ones", () => {
  const tab = new Tab("/speak/hall#token=a&reader=b");
  tab.take();
  assert.deepEqual(tab.go("#token=c").take(), {
    token: "c",
    reader: "",
    speaker: "",
  });
  assert.deepEqual(tab.take(), { token: "c", reader: "", speaker: "" });
});

test("a page has its own tokens", () => {
  const tab = new Tab("/speak/hall#token=a");
  tab.take();
  assert.deepEqual(tab.go("/captions/hall").take(), {
    token: "",
    reader: "",
    speaker: "",
  });
  assert.deepEqual(tab.go("/speak/hall").take(), {
    token: "a",
    reader: "",
    speaker: "",
  });
});

test("an address without a token is left alone", () => {
  const tab = new Tab("/captions/hall?lang=de#elsewhere");
  assert.deepEqual(tab.take(), { token: "", reader: "", speaker: "" });
  assert.equal(
    tab.url.href,
    "https://captions.example/captions/hall?lang=de#elsewhere",
  );
});

test("without the browser's memory a token lasts as long as the page", () => {
  const tab = new Tab("/captions/hall#token=a");
  tab.memory.get = tab.memory.set = () => {
    throw new Error("switched off");
  };
  assert.deepEqual(tab.take(), { token: "a", reader: "", speaker: "" });
});

test("a fresh link that is opened in the same tab is followed", () => {
  const tab = new Tab("/captions/hall");
  const window = tab.window;
  takeTokens(/** @type {Window} */ (/** @type {unknown} */ (window)));
  tab.onhashchange();
  assert.equal(tab.reloads, 0);
  window.location.hash = "#token=fresh";
  tab.onhashchange();
  assert.equal(tab.reloads, 1);
});

test("a link carries the tokens there are", () => {
  const page = new URL("https://captions.example/speak/hall?lang=de");
  assert.equal(
    withTokens(page, { token: "", reader: "", speaker: "" }).href,
    page.href,
  );
  assert.equal(
    withTokens(page, { token: "a.b", reader: "c", speaker: "" }).href,
    `${page.href}#token=a.b&reader=c`,
  );
});
