/**
 * A short talk to rehearse with, in each language that the pages speak: a name, a number, short sentences and long ones.
 * A sentence a line; `{n}` is a number to be drawn (`withNumbers`). `rtt check` speaks the same.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const SAMPLES = await (await fetch(new URL("samples.json", import.meta.url))).json();
