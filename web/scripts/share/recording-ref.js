// References to recordings in addresses: `s:LESSON`, `atlas:STATE/STIMULUS`, `run:ID` of this server, `r:ID` that is kept.

const EVENTS = { s: "/api/recordings/", atlas: "/api/atlas/", run: "/api/runs/", r: "/api/r/" };
const PAGES = { s: "/s/", atlas: "/atlas/", r: "/r/" };

/** The addresses of a recording: its events, and the page that shows it. */
export function addressesOf(ref) {
  const [, kind, id] = /^(\w+):(.+)$/.exec(ref);
  const events = EVENTS[kind] + id + (kind === "run" ? "/events" : "");
  return { events, page: kind === "run" ? `/try#run=${id}` : PAGES[kind] + id };
}

/** The reference for the address of a recording's events; null where there is none. */
export function refOf(address) {
  const found = Object.entries(EVENTS).find(([, start]) => address?.startsWith(start));
  return found ? `${found[0]}:${address.slice(found[1].length).replace(/\/events$/, "")}` : null;
}
