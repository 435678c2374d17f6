// What is said at the picture, beside what the picture itself says.

const $ = (selector) => document.querySelector(selector);

/** Over it, what everybody who looks has to know; without a kind there is no such thing. */
export function notice(kind, text = "") {
  const place = $(".notice");
  place.hidden = !kind;
  place.dataset.kind = kind ?? "";
  place.textContent = text;
}

/** Below it, where the run comes from, or what went wrong. */
export function say(text, wrong = false) {
  const place = $(".origin");
  place.textContent = text;
  place.classList.toggle("wrong", wrong);
}
