// The address keeps what is on the stage: the script, the live run, and the moment under the playhead.

import { pack, unpack } from "./script-link.js";

/** For how long a script rests before the address follows, in ms. */
const REST = 150;
let resting;

/** What the address says: `t` in ms since the run began, `s` a packed script, `script` a plain one, as older links have. */
export function read() {
  const said = new URLSearchParams(location.hash.slice(1));
  const t = Number.parseFloat(said.get("t"));
  return { s: said.get("s"), script: said.get("script"), run: said.get("run"), t: Number.isFinite(t) ? t : null };
}

/** The script that the address carries, or null; throws link.js's `Damaged`. */
export async function script() {
  const { s, script } = read();
  return s === null ? script : unpack(s);
}

/** Changes what the address says, without another entry in the history. What is null is not said. */
export function write(changes) {
  const next = { ...read(), ...changes };
  const parts = Object.entries(next).filter(([, value]) => value !== null);
  const hash = parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

/** The address carries this script as soon as nobody types; one that is too large for a link is in none. */
export function carry(script) {
  clearTimeout(resting);
  const mine = setTimeout(async () => {
    const s = await pack(script).catch(() => null);
    if (mine === resting) write({ s, script: null });
  }, REST);
  resting = mine;
}
