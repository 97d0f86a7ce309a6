/** Nobody is there to reload a page that has gone wrong, or has become too old for its server. */

const RELOAD_MS = 10_000;

export class Recovery {
  #isAsked = false;

  constructor() {
    addEventListener("error", () => this.reload());
    addEventListener("unhandledrejection", () => this.reload());
  }

  /** Reloads the page in a while, when there is a server to load it from: the browser's own error page stays for ever. */
  reload() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const attempt = async () => {
      const answer = await fetch(location.href, { method: "GET" }).catch(() => null);
      if (answer?.ok) location.reload();
      else setTimeout(attempt, RELOAD_MS);
    };
    setTimeout(attempt, RELOAD_MS);
  }
}
