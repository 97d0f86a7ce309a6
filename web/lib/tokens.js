/**
 * The tokens in a page's address: `#token=` for the page itself, `#reader=` and `#speaker=` for the links that it hands on.
 * They are taken out of it, where they would be seen, copied and kept in the browser's history, and remembered as long as
 * the tab lives.
 *
 * @typedef {{ token: string, reader: string, speaker: string }} Tokens empty where there is none
 * @typedef {Pick<typeof globalThis, "location" | "history" | "sessionStorage" | "addEventListener">} Window
 */

/** @param {Window} [window] @returns {Tokens} */
export function takeTokens(window = globalThis) {
  const { location, history } = window;
  const query = new URLSearchParams(location.search);
  const given = tokensIn(location.hash) ?? tokensIn(location.search);
  const store = storeOf(window, `rtt.tokens.${location.pathname}`);
  window.addEventListener("hashchange", () => tokensIn(location.hash) && location.reload());
  if (!given) return { token: "", reader: "", speaker: "", ...JSON.parse(store.get() ?? "{}") };
  store.set(JSON.stringify(given));
  query.delete("token");
  history.replaceState(null, "", location.pathname + (query.size > 0 ? `?${query}` : ""));
  return given;
}

/**
 * @param {URL} page
 * @param {Partial<Tokens>} tokens
 * @returns {URL} the page with those tokens that there are
 */
export function withTokens(page, tokens) {
  const url = new URL(page);
  url.hash = new URLSearchParams(Object.entries(tokens).filter(([, token]) => token)).toString();
  return url;
}

/**
 * What a token says of itself, which the server alone can trust.
 *
 * @param {string} token
 * @returns {{ role?: string, room?: string, expires?: number } | null} `expires` in seconds since 1970; null: not a token
 */
export function grantIn(token) {
  const [payload, ...rest] = token.split(".");
  if (!payload || rest.length !== 1) return null;
  try {
    const grant = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof grant === "object" ? grant : null;
  } catch {
    return null;
  }
}

/** @param {string} text a fragment or a query, with its mark @returns {Tokens | null} */
function tokensIn(text) {
  const params = new URLSearchParams(text.slice(1));
  const token = params.get("token");
  return token ? { token, reader: params.get("reader") ?? "", speaker: params.get("speaker") ?? "" } : null;
}

/**
 * The tab's memory; without it (it may be switched off) a token lasts as long as the page.
 *
 * @param {Window} window
 * @param {string} key
 */
function storeOf(window, key) {
  return {
    get() {
      try {
        return window.sessionStorage.getItem(key);
      } catch {
        return null;
      }
    },
    /** @param {string} value */
    set(value) {
      try {
        window.sessionStorage.setItem(key, value);
      } catch {
        // There is nothing to remember it with.
      }
    },
  };
}
