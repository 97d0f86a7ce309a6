/** The pages for readers open without a network, once they have been opened with one. */
import { workerUrl } from "./places.js";

/** Where the browser cannot (a page that came without TLS), nothing happens. */
export function keepForOffline() {
  const register = () => navigator.serviceWorker?.register(workerUrl()).catch(() => {});
  // After what the page itself needs.
  if (document.readyState === "complete") void register();
  else addEventListener("load", register);
}
