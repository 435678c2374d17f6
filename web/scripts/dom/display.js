// Ways to look at the page: on a wall, in print, on a phone; and the list of keys.

import { hostTabs } from "./host-tabs.js";
import { $ } from "./page.js";
import { recall, remember } from "./storage.js";

/** Turns large type for a room on or off; the choice is remembered. */
export function projector(on = !("projector" in document.documentElement.dataset)) {
  document.documentElement.toggleAttribute("data-projector", on);
  $("#projector").setAttribute("aria-pressed", on);
  remember("projector", on ? "on" : "off");
}

/** Opens the list of keys. */
export function keys() {
  $("#keys").showModal();
}

/** `onHost` is called with the host that a phone shows; `onPrint` with true before the page is printed, and with false after. */
export function watch({ onHost, onPrint }) {
  hostTabs(onHost);
  addEventListener("beforeprint", () => onPrint(true));
  addEventListener("afterprint", () => onPrint(false));
  if (recall("projector") === "on") projector(true);
}
