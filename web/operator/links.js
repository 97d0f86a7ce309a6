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
import { withTokens } from "../lib/tokens.js";

/** @type {readonly Exclude<Page, "operator">[]} */
const PAGES = ["speak", "captions", "display", "overlay"];

export class Links {
  #phrases;
  #list = byId("links", HTMLElement);
  /** @type {{ page: (typeof PAGES)[number], url: URL }[]} */
  #links;

  /** @param {Phrases} phrases @param {string} room @param {Tokens} tokens */
  constructor(phrases, room, { token, reader, speaker }) {
    this.#phrases = phrases;
    const given = { speak: { token: speaker, reader }, captions: { token: reader } };
    this.#links = PAGES.map((page) => {
      const tokens = page === "speak" ? given.speak : given.captions;
      return { page, url: withTokens(pageUrl(page, room), tokens), isWhole: token === "" || tokens.token !== "" };
    }).filter(({ isWhole }) => isWhole);
    byId("close-scan", HTMLElement).addEventListener("click", () => byId("scan", HTMLDialogElement).close());
    this.paint();
  }

  paint() {
    this.#list.replaceChildren(...this.#links.map((link) => this.#itemOf(link)));
    byId("no-links", HTMLElement).hidden = this.#links.length > 0;
  }

  /** @param {{ page: (typeof PAGES)[number], url: URL }} link */
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
