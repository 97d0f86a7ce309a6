/** What is used of lean-qr 2.7.4 (its file nano.mjs, unchanged): https://github.com/davidje13/lean-qr */

export interface Bitmap {
  /** modules along each side, without a margin */
  readonly size: number;
  get(x: number, y: number): boolean;
}

export function generate(text: string): Bitmap;
