/** Keeps the screen from going dark while captions are read; where the browser cannot, nothing happens. */
export function stayAwake() {
  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    await navigator.wakeLock?.request("screen").catch(() => {});
  };
  // The browser takes the lock back whenever the page is hidden.
  document.addEventListener("visibilitychange", ask);
  void ask();
}
