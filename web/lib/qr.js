/** QR codes, drawn here: an address that is asked of a service elsewhere is known there. */
import { generate } from "../vendor/lean-qr/lean-qr.js";

const SVG = "http://www.w3.org/2000/svg";
/** Modules that have to be empty around the code (ISO/IEC 18004). */
const MARGIN = 4;

/**
 * @param {string} text such as an address
 * @returns {SVGSVGElement} dark modules, filled with `currentcolor`, on nothing: what is behind has to be bright
 */
export function qrCode(text) {
  const code = generate(text);
  const side = code.size + 2 * MARGIN;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${side} ${side}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", pathOf(code));
  path.setAttribute("fill", "currentcolor");
  svg.append(path);
  return svg;
}

/** @param {import("../vendor/lean-qr/lean-qr.js").Bitmap} code */
function pathOf({ size, get }) {
  const places = Array.from({ length: size * size }, (_, at) => [at % size, Math.floor(at / size)]);
  return places.map(([x = 0, y = 0]) => (get(x, y) ? `M${x} ${y}h1v1h-1z` : "")).join("");
}
