"""A browser's speech recognition that hears what a test says: Chromium has none without Google's service."""

from playwright.async_api import Page

# As in the Web Speech API: one session at a time, results that grow, an end after every session.
RECOGNITION = """
globalThis.heard = { sessions: [], installed: [], state: "unavailable" };
globalThis.webkitSpeechRecognition = globalThis.SpeechRecognition = class extends EventTarget {
  static async available({ langs }) { heard.langs = langs; return heard.state; }
  static async install({ langs }) { heard.installed.push(...langs); return heard.state === "downloadable"; }
  results = [];
  get processLocally() { return this.local ?? false; }
  set processLocally(local) { this.local = local; }
  phrases = [];
  start(track) { this.track = track; heard.sessions.push(this); }
  stop() { this.end(); }
  end() { this.onend?.(); }
  fail(error) { this.onerror({ error }); this.end(); }
  hear(transcript, isFinal) {
    if (this.results.at(-1) && !this.results.at(-1).isFinal) this.results.pop();
    this.results.push({ isFinal, 0: { transcript } });
    this.onresult({ results: this.results });
  }
};
globalThis.SpeechRecognitionPhrase = class { constructor(phrase, boost) { Object.assign(this, { phrase, boost }); } };
"""


async def listen(page: Page, number: int = 1) -> None:
    """Wait until the browser listens for so many sessions."""
    await page.wait_for_function("number => heard.sessions.length === number", arg=number)


async def hear(page: Page, text: str, *, final: bool = False) -> None:
    """Have the newest session hear something."""
    await page.evaluate("([text, final]) => heard.sessions.at(-1).hear(text, final)", [text, final])


async def fail(page: Page, error: str) -> None:
    """Have the newest session end with an error."""
    await page.evaluate("error => heard.sessions.at(-1).fail(error)", error)
