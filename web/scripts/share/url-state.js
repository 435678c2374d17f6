// The state of the stage in the page's address: the script, the live run, and the time under the playhead.

import { pack, unpack } from "./script-link.js";

/** The delay between the last change of a script and the change of the address, in ms. */
const DELAY = 150;
let timer;

/** The state in the address: `t` in ms since the run began, `s` a packed script, `script` a plain one, as older links have. */
export function read() {
  const state = new URLSearchParams(location.hash.slice(1));
  const t = Number.parseFloat(state.get("t"));
  return { s: state.get("s"), script: state.get("script"), run: state.get("run"), t: Number.isFinite(t) ? t : null };
}

/** The script in the address, or null; throws script-link.js's `DamagedLink`. */
export async function script() {
  const { s, script } = read();
  return s === null ? script : unpack(s);
}

/** Changes the state in the address, without another entry in the history. Values of null are left out. */
export function write(changes) {
  const next = { ...read(), ...changes };
  const parts = Object.entries(next).filter(([, value]) => value !== null);
  const hash = parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

/** Puts a script into the address after the last change; a script that is too large for a link is left out. */
export function writeScript(script) {
  clearTimeout(timer);
  const own = setTimeout(async () => {
    const s = await pack(script).catch(() => null);
    if (own === timer) write({ s, script: null });
  }, DELAY);
  timer = own;
}
