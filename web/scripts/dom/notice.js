// Messages at the picture.

import { $ } from "./page.js";

/** Shows a message over the picture; without a kind, none. */
export function notice(kind, text = "") {
  const box = $(".notice");
  box.hidden = !kind;
  box.dataset.kind = kind ?? "";
  box.textContent = text;
}

/** Shows a line below the picture: the origin of the run, or a fault. */
export function say(text, wrong = false) {
  const line = $(".origin");
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
}
