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

/** What else there is in free play. */
const FREE = { ":": "command", "/": "command", c: "client", s: "server" };

/** Calls `act` with what a key asks for, where nobody writes and no button is meant; `free` in free play. */
export function listen(act, free) {
  const keys = free ? { ...KEYS, ...FREE } : KEYS;
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    const presses = event.key === " " && event.target.closest("button, a");
    const undoes = free && event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !typing?.value;
    if (undoes && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      return act("undo");
    }
    if (typing || presses || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift ${event.key}` : event.key;
    if (!keys[key] || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(keys[key]);
  });
}
