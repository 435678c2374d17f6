// The keys and their actions.

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

/** Further keys of free play: c and v lie side by side, as the hosts' buttons do. */
export const FREE = { ":": "command", "/": "command", c: "client", v: "server", "Ctrl z": "undo" };

/** Calls `act` with the name of a key's action, unless the key belongs to a field or a button. `more` are further keys of this page. */
export function listen(act, more = {}) {
  const keys = { ...KEYS, ...more };
  addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    const field = event.target.closest("input, textarea, select");
    const writes = field && !(control && field.value === ""); // an empty field has nothing to undo
    const presses = event.key === " " && event.target.closest("button, a");
    if (writes || presses || event.altKey) return;
    const shift = event.shiftKey && (control || event.key.startsWith("Arrow"));
    const key = [control && "Ctrl", shift && "Shift", event.key].filter(Boolean).join(" ");
    if (!keys[key] || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(keys[key]);
  });
}
