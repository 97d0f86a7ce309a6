const IDLE_MS = 3000;

/**
 * Marks an element `data-idle` while nobody moves the pointer.
 *
 * @param {HTMLElement} element
 */
export function hideWhenIdle(element) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const idle = () => element.toggleAttribute("data-idle", true);
  const awake = () => {
    clearTimeout(timer);
    element.removeAttribute("data-idle");
    timer = setTimeout(idle, IDLE_MS);
  };
  for (const type of ["pointermove", "pointerdown"]) element.addEventListener(type, awake);
  idle();
}
