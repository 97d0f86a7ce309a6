/**
 * Paints captions. A segment keeps its element for life and only text that has changed is touched, so that nothing
 * flickers and a selection stays.
 *
 * @import { Caption } from "./protocol.js"
 *
 * @typedef {{ caption: Caption, element: HTMLElement, stable: Text, tentative: Text, height: number }} Painted
 */
export class CaptionsView {
  #root;
  /** @type {Map<number, Painted>} by segment */
  #painted = new Map();

  /** @param {HTMLElement} root whose children are the segments */
  constructor(root) {
    this.#root = root;
    let width = 0;
    new ResizeObserver(() => {
      if (root.clientWidth !== width) this.remeasure();
      width = root.clientWidth;
    }).observe(root);
  }

  /** @param {readonly Caption[]} captions in order */
  paint(captions) {
    this.#removeAllBut(new Set(captions.map((caption) => caption.segment)));
    let next = this.#root.firstElementChild;
    for (const caption of captions) {
      const { element } = this.#paintOne(caption);
      if (element === next) next = next.nextElementSibling;
      else this.#root.insertBefore(element, next);
    }
    for (const caption of captions) if (!caption.final) this.#keepHeight(caption.segment);
  }

  /** Lines break elsewhere now: the width or the size of the text is another. */
  remeasure() {
    for (const painted of this.#painted.values()) release(painted);
  }

  /** @param {ReadonlySet<number>} segments */
  #removeAllBut(segments) {
    for (const [segment, { element }] of this.#painted) {
      if (segments.has(segment)) continue;
      element.remove();
      this.#painted.delete(segment);
    }
  }

  /** @param {Caption} caption @returns {Painted} */
  #paintOne(caption) {
    let painted = this.#painted.get(caption.segment);
    if (painted?.caption === caption) return painted;
    painted ??= create(caption);
    painted.caption = caption;
    painted.element.lang = caption.lang;
    painted.element.dataset["final"] = String(caption.final);
    write(painted.stable, caption.stable);
    write(painted.tentative, caption.tentative);
    if (caption.final) release(painted);
    this.#painted.set(caption.segment, painted);
    return painted;
  }

  /**
   * While its words may still change, a segment does not give back a line that it has taken: what is above it would
   * jump down and up again.
   *
   * @param {number} segment
   */
  #keepHeight(segment) {
    const painted = this.#painted.get(segment);
    if (!painted) return;
    const height = painted.element.offsetHeight;
    if (height <= painted.height) return;
    painted.height = height;
    painted.element.style.minBlockSize = `${height}px`;
  }
}

/** @param {Caption} caption @returns {Painted} */
function create(caption) {
  const element = document.createElement("p");
  element.className = "segment";
  element.dataset["segment"] = String(caption.segment);
  element.dir = "auto";
  const stable = new Text();
  const tentative = new Text();
  element.append(span("stable", stable), span("tentative", tentative));
  return { caption, element, stable, tentative, height: 0 };
}

/** @param {string} className @param {Text} text */
function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.append(text);
  return element;
}

/** @param {Text} node @param {string} text */
function write(node, text) {
  if (node.data === text) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

/** @param {Painted} painted */
function release(painted) {
  painted.height = 0;
  painted.element.style.minBlockSize = "";
}
