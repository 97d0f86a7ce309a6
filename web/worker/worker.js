/**
 * The service worker: keeps the pages for readers, so that they open at once, and without a network too. The server puts
 * `SHELL` before it, which says what the pages consist of, and has another `version` when any of it has changed: then all
 * of it is fetched anew, and the pages go on with the old until they are opened again.
 *
 * @typedef {{ version: string, pages: readonly string[], files: readonly string[] }} Shell
 */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const shell = /** @type {Shell} */ (Reflect.get(globalThis, "SHELL"));
const root = new URL("./", worker.location.href);
const known = new Set([...shell.pages, ...shell.files].map((path) => new URL(path, root).href));

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const kept = mode === "navigate" ? pageOf(url) : url;
  if (method === "GET" && known.has(kept)) event.respondWith(answer(event.request, kept));
});

async function keepAll() {
  const cache = await caches.open(shell.version);
  await cache.addAll(known);
  await worker.skipWaiting();
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== shell.version).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {Request} request @param {string} kept */
async function answer(request, kept) {
  return (await caches.match(kept)) ?? fetch(request);
}

/**
 * @param {string} url
 * @returns {string} what is kept of a page: it is the same in every room
 */
function pageOf(url) {
  const path = new URL(url).pathname.slice(root.pathname.length);
  return new URL(`${path.split("/")[0]}/-`, root).href;
}
