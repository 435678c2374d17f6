// How the page is looked at: on a wall, on paper, on a phone, and the list of keys.

import { sides } from "./host-tabs.js";
import { recall, remember } from "./storage.js";

const $ = (selector) => document.querySelector(selector);

/** Large type for a room; remembered. */
export function projector(on = !("projector" in document.documentElement.dataset)) {
  document.documentElement.toggleAttribute("data-projector", on);
  $("#projector").setAttribute("aria-pressed", on);
  remember("projector", on ? "on" : "off");
}

/** Lists the keys. */
export function keys() {
  $("#keys").showModal();
}

/** `onFace` is called with the host that a phone shows; `onPrint` before the page goes to paper, and after. */
export function watch({ onFace, onPrint }) {
  sides(onFace);
  addEventListener("beforeprint", () => onPrint(true));
  addEventListener("afterprint", () => onPrint(false));
  if (recall("projector") === "on") projector(true);
}
