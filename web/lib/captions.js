/**
 * Paints captions. A segment keeps its element for life and only text that has changed is touched, so that nothing
 * flickers and a selection stays.
 *
 * @import { Caption } from "./protocol.js"
 * @import { Row } from "./rows.js"
 *
 * @typedef {{ element: HTMLElement, cells: (Cell | undefined)[] }} Painted
 * @typedef {{ caption: Caption, element: HTMLElement, stable: Text, tentative: Text, height: number }} Cell
 */
import { directionOf } from "./languages.js";

export class CaptionsView {
  #root;
  /** @type {Map<number, Painted>} by segment */
  #painted = new Map();

  /** @param {HTMLElement} root whose children are the rows: .row (data-segment) of a .segment for each language */
  constructor(root) {
    this.#root = root;
    let width = 0;
    new ResizeObserver(() => {
      if (root.clientWidth !== width) this.remeasure();
      width = root.clientWidth;
    }).observe(root);
  }

  /** @param {readonly Row[]} rows in order */
  paint(rows) {
    this.#removeAllBut(new Set(rows.map((row) => row.segment)));
    let next = this.#root.firstElementChild;
    for (const row of rows) {
      const { element } = this.#paintOne(row);
      if (element === next) next = next.nextElementSibling;
      else this.#root.insertBefore(element, next);
    }
    for (const row of rows) this.#keepHeights(row);
  }

  /** Lines break elsewhere now: the width or the size of the text is another. */
  remeasure() {
    for (const { cells } of this.#painted.values()) for (const cell of cells) if (cell) release(cell);
  }

  /** @param {ReadonlySet<number>} segments */
  #removeAllBut(segments) {
    for (const [segment, { element }] of this.#painted) {
      if (segments.has(segment)) continue;
      element.remove();
      this.#painted.delete(segment);
    }
  }

  /** @param {Row} row @returns {Painted} */
  #paintOne({ segment, captions }) {
    const painted = this.#painted.get(segment) ?? createRow(segment);
    const { element, cells } = painted;
    for (let column = 0; column < Math.max(cells.length, captions.length); column++) {
      cells[column] = paintCell(element, cells[column], captions[column], column);
    }
    cells.length = captions.length;
    this.#painted.set(segment, painted);
    return painted;
  }

  /**
   * While its words may still change, a segment does not give back a line that it has taken: what is above it would
   * jump down and up again.
   *
   * @param {Row} row
   */
  #keepHeights({ segment, captions }) {
    for (const [column, caption] of captions.entries()) {
      if (!caption || caption.final) continue;
      const cell = this.#painted.get(segment)?.cells[column];
      const height = cell?.element.offsetHeight ?? 0;
      if (!cell || height <= cell.height) continue;
      cell.height = height;
      cell.element.style.minBlockSize = `${height}px`;
    }
  }
}

/** @param {number} segment @returns {Painted} */
function createRow(segment) {
  const element = document.createElement("div");
  element.className = "row";
  element.dataset["segment"] = String(segment);
  return { element, cells: [] };
}

/**
 * @param {HTMLElement} row
 * @param {Cell | undefined} cell
 * @param {Caption | undefined} caption
 * @param {number} column
 * @returns {Cell | undefined}
 */
function paintCell(row, cell, caption, column) {
  if (!caption) {
    cell?.element.remove();
    return undefined;
  }
  if (cell?.caption === caption) return cell;
  const painted = cell ?? createCell(row, caption, column);
  painted.caption = caption;
  painted.element.lang = caption.lang;
  painted.element.dir = directionOf(caption.lang);
  painted.element.dataset["final"] = String(caption.final);
  write(painted.stable, caption.stable);
  write(painted.tentative, caption.tentative);
  if (caption.final) release(painted);
  return painted;
}

/**
 * @param {HTMLElement} row
 * @param {Caption} caption
 * @param {number} column
 * @returns {Cell}
 */
function createCell(row, caption, column) {
  const element = document.createElement("p");
  element.className = "segment";
  element.setAttribute("part", "segment");
  element.dataset["segment"] = String(caption.segment);
  element.dataset["column"] = String(column);
  const stable = new Text();
  const tentative = new Text();
  element.append(span("stable", stable), span("tentative", tentative));
  const after = [...row.children].find(
    (other) => Number(/** @type {HTMLElement} */ (other).dataset["column"]) > column,
  );
  row.insertBefore(element, after ?? null);
  return { caption, element, stable, tentative, height: 0 };
}

/** @param {string} className @param {Text} text */
function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.setAttribute("part", className);
  element.append(text);
  return element;
}

/** @param {Text} node @param {string} text */
function write(node, text) {
  if (node.data === text) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

/** @param {Cell} cell */
function release(cell) {
  if (cell.height === 0) return;
  cell.height = 0;
  cell.element.style.minBlockSize = "";
}
