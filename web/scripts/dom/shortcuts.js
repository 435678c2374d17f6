// Which key asks for what.

const KEYS = {
  " ": "play",
  ArrowLeft: "back",
  ArrowRight: "forth",
  "Shift ArrowLeft": "before",
  "Shift ArrowRight": "next",
  Home: "home",
  End: "end",
  r: "run",
  p: "projector",
  s: "share",
  "?": "keys",
  m: "map",
  t: "view",
  i: "inspect",
  "[": "former",
  "]": "latter",
  h: "hold",
  x: "drop",
  Escape: "close",
};

/** What else there is in free play: the desks lie side by side, as their keys do. */
export const FREE = { ":": "command", "/": "command", c: "client", v: "server", "Ctrl z": "undo" };

/** Calls `act` with what a key asks for, where nobody writes and no button is meant. `more` are keys of this page alone. */
export function listen(act, more = {}) {
  const keys = { ...KEYS, ...more };
  addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const field = event.target.closest("input, textarea, select");
    const writes = field && !(control && field.value === ""); // in an empty field there is nothing of its own to undo
    const presses = event.key === " " && event.target.closest("button, a");
    if (writes || presses || event.altKey) return;
    const shift = event.shiftKey && (control || event.key.startsWith("Arrow"));
    const key = [control && "Ctrl", shift && "Shift", event.key].filter(Boolean).join(" ");
    if (!keys[key] || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(keys[key]);
  });
}
