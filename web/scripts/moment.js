// The address keeps what is on the stage: the script, the live run, and the moment under the playhead.

/** What the address says: `t` in ms since the run began. */
export function read() {
  const said = new URLSearchParams(location.hash.slice(1));
  const t = Number.parseFloat(said.get("t"));
  return { script: said.get("script"), run: said.get("run"), t: Number.isFinite(t) ? t : null };
}

/** Changes what the address says, without another entry in the history. What is null is not said. */
export function write(changes) {
  const next = { ...read(), ...changes };
  const parts = Object.entries(next).filter(([, value]) => value !== null);
  const hash = parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}
