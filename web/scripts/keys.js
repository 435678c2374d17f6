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
  Escape: "close",
};

/** Calls `act` with what a key asks for, where nobody writes and no button is meant. `more` are keys of this page alone. */
export function listen(act, more = {}) {
  const keys = { ...KEYS, ...more };
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    const presses = event.key === " " && event.target.closest("button, a");
    if (typing || presses || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift ${event.key}` : event.key;
    if (!keys[key] || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(keys[key]);
  });
}
