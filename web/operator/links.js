/**
 * Where everybody goes: a link for each role, to copy, to open and to scan.
 *
 * #links: li (data-page) of a link, .copy and .scan; #scan (dialog): #scan-title, #code, #scan-link, #picture
 *
 * @import { Phrases } from "../lib/i18n.js"
 * @import { Page } from "../lib/places.js"
 * @import { Tokens } from "../lib/tokens.js"
 */
import { byId, say } from "../lib/page.js";
import { pageUrl } from "../lib/places.js";
import { qrCode } from "../lib/qr.js";
import { grantIn, withTokens } from "../lib/tokens.js";

const PAGES = /** @type {const} */ (["captions", "display", "overlay", "speak", "operator"]);

/** @typedef {{ page: Page, url: URL }} Link */

export class Links {
  #phrases;
  #list = byId("links", HTMLElement);
  /** When the links are good no more, in seconds since 1970; 0: never. */
  #expires;
  /** @type {Link[]} */
  #links;

  /** @param {Phrases} phrases @param {string} room @param {Tokens} tokens */
  constructor(phrases, room, tokens) {
    const { token, reader, speaker } = tokens;
    const given = {
      captions: { token: reader },
      display: { token: reader, reader },
      overlay: { token: reader },
      speak: { token: speaker, reader },
      operator: tokens,
    };
    this.#phrases = phrases;
    this.#expires = grantIn(token)?.expires ?? 0;
    this.#links = PAGES.filter((page) => token === "" || given[page].token !== "").map((page) => ({
      page,
      url: withTokens(pageUrl(page, room), given[page]),
    }));
    byId("close-scan", HTMLElement).addEventListener("click", () => byId("scan", HTMLDialogElement).close());
    this.paint();
  }

  paint() {
    this.#list.replaceChildren(...this.#links.map((link) => this.#itemOf(link)));
    byId("no-links", HTMLElement).hidden = this.#links.length > 0;
    say(byId("until", HTMLElement), this.#untilInWords());
  }

  #untilInWords() {
    const { language } = this.#phrases;
    if (this.#expires === 0) return "";
    const until = new Date(this.#expires * 1000).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
    return this.#phrases.text("links.until", { until });
  }

  /** @param {Link} link */
  #itemOf({ page, url }) {
    const name = this.#phrases.text(`page.${page}`);
    const item = document.createElement("li");
    item.dataset["page"] = page;
    const link = Object.assign(document.createElement("a"), { href: url.href, target: "_blank", textContent: name });
    const copy = button("copy", this.#phrases.text("speak.copy"), name);
    const scan = button("scan", this.#phrases.text("links.scan"), name);
    copy.addEventListener("click", async () => {
      const copied = navigator.clipboard?.writeText(url.href).then(() => true);
      const done = await copied?.catch(() => false);
      say(byId("copied", HTMLElement), this.#phrases.text(done ? "copy.done" : "links.copy_failed"));
    });
    scan.addEventListener("click", () => this.#show(name, url));
    item.append(link, copy, scan);
    return item;
  }

  /** @param {string} name @param {URL} url */
  #show(name, url) {
    const code = qrCode(url.href);
    const picture = byId("picture", HTMLAnchorElement);
    say(byId("scan-title", HTMLElement), name);
    say(byId("scan-link", HTMLElement), url.host + url.pathname);
    byId("code", HTMLElement).replaceChildren(code);
    picture.href = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(code))}`;
    picture.download = `${url.pathname.split("/").slice(-2).join("-")}.svg`;
    byId("scan", HTMLDialogElement).showModal();
  }
}

/** @param {string} className @param {string} text @param {string} name what it is for, where there are several */
function button(className, text, name) {
  const element = Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  element.setAttribute("aria-label", `${text}: ${name}`);
  return element;
}
