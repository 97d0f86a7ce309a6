/**
 * `<rtt-captions room lang stability token>`: the captions of a room in any page; docs/embedding.md says how. The server is
 * the one that this module came from.
 *
 * Its parts are `state` (only while there is something to tell), `segment`, `stable` and `tentative`.
 */
import { Announcer } from "./announcer.js";
import { CaptionsView } from "./captions.js";
import { Follow } from "./follow.js";
import { LANGUAGES, Phrases } from "./i18n.js";
import { bestOf } from "./languages.js";
import { oncePerFrame, say } from "./page.js";
import { Reader } from "./reader.js";
import { rowsOf } from "./rows.js";
import { languages, stability } from "./settings.js";
import { brief, explain } from "./words.js";

const SEGMENTS = 500;

const STYLE = `
  :host { display: block; position: relative; block-size: 12em; line-height: 1.45; }
  :host([hidden]) { display: none; }
  .scroller { block-size: 100%; overflow-y: auto; overscroll-behavior: contain; }
  .captions { display: flex; flex-direction: column; justify-content: flex-end; min-block-size: 100%; }
  .row + .row { margin-block-start: 0.4em; }
  .segment { margin: 0; overflow-wrap: break-word; }
  .segment + .segment { font-size: 0.85em; }
  .tentative { color: color-mix(in srgb, currentcolor 75%, transparent); }
  .state { margin: 0; }
  .state:empty { display: none; }
  .live {
    position: absolute; inset-block-end: 0.5em; inset-inline: 0; inline-size: fit-content; margin-inline: auto;
    padding: 0.4em 1em; border: 1px solid; border-radius: 999px; background: Canvas; color: CanvasText; font: inherit;
  }
  .log { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  [hidden] { display: none; }
`;

export class RttCaptions extends HTMLElement {
  static observedAttributes = ["room", "lang", "stability", "token"];

  #root = this.attachShadow({ mode: "open" });
  #phrases = new Phrases();
  #state = part("p", "state", { role: "status" });
  #scroller = part("div", "scroller", { tabindex: "0", role: "region" });
  #live = /** @type {HTMLButtonElement} */ (part("button", "live", { type: "button", hidden: "" }));
  #log = part("div", "log", { role: "log", "aria-live": "polite" });
  #view;
  #follow;
  /** @type {Reader | null} */
  #reader = null;
  #announcer = new Announcer(this.#log);
  #repaint = oncePerFrame(() => this.#paint());

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [style];
    const captions = part("div", "captions", {});
    this.#scroller.append(captions);
    this.#root.append(this.#state, this.#scroller, this.#live, this.#log);
    this.#view = new CaptionsView(captions);
    this.#follow = new Follow(this.#scroller, this.#live);
  }

  connectedCallback() {
    void this.#start();
  }

  disconnectedCallback() {
    this.#reader?.stop();
    this.#reader = null;
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.#reader || before === now) return;
    if (name === "lang") this.#reader.chooseLanguages(this.#langs);
    else if (name === "stability") this.#reader.chooseStability(this.#stability);
    else {
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  get #langs() {
    return languages(2).parse(this.getAttribute("lang") ?? "") ?? [];
  }

  get #stability() {
    return stability.parse(this.getAttribute("stability") ?? "") ?? stability.fallback;
  }

  async #start() {
    const reader = new Reader({
      room: this.getAttribute("room") ?? "",
      token: this.getAttribute("token"),
      langs: this.#langs,
      preferred: navigator.languages,
      stability: this.#stability,
      limit: SEGMENTS,
      onchange: this.#repaint,
    });
    this.#reader = reader;
    await this.#phrases.load(bestOf([document.documentElement.lang], LANGUAGES));
    this.#live.textContent = this.#phrases.text("captions.live");
    this.#scroller.ariaLabel = this.#phrases.text("captions");
    this.#log.ariaLabel = this.#phrases.text("captions.finished");
    // It may have been taken out of the page meanwhile.
    if (this.#reader === reader) await reader.start();
  }

  #paint() {
    const reader = this.#reader;
    if (!reader) return;
    const { connection, langs } = reader;
    const rows = rowsOf(langs.map((lang) => reader.captionsIn(lang)));
    say(this.#state, rows.length > 0 && connection.phase === "open" ? "" : this.#stateInWords(reader));
    this.#view.paint(rows);
    this.#follow.update();
    this.#announcer.announce(reader.captions, reader.joined);
  }

  /** @param {Reader} reader */
  #stateInWords({ connection }) {
    if (connection.phase === "open") return this.#phrases.text("captions.waiting");
    return explain(this.#phrases, connection, navigator.onLine) || brief(this.#phrases, connection, navigator.onLine);
  }
}

/** @param {string} tag @param {string} name @param {Record<string, string>} attributes */
function part(tag, name, attributes) {
  const element = document.createElement(tag);
  element.className = name;
  element.setAttribute("part", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

customElements.define("rtt-captions", RttCaptions);
