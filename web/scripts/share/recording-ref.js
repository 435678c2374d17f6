// Recordings as addresses name them: `s:LESSON`, `atlas:STATE/STIMULUS`, `run:ID` of this server, `r:ID` that is kept.

const PLACES = { s: "/api/recordings/", atlas: "/api/atlas/", run: "/api/runs/", r: "/api/r/" };
const PAGES = { s: "/s/", atlas: "/atlas/", r: "/r/" };

/** Where the events of a recording are, and the page that shows it, if it has one. */
export function placeOf(name) {
  const [, kind, id] = /^(\w+):(.+)$/.exec(name);
  const events = PLACES[kind] + id + (kind === "run" ? "/events" : "");
  return { events, page: kind === "run" ? `/try#run=${id}` : PAGES[kind] + id };
}

/** The name of a recording whose address is known; null where it has none. */
export function nameOf(address) {
  const found = Object.entries(PLACES).find(([, start]) => address?.startsWith(start));
  return found ? `${found[0]}:${address.slice(found[1].length).replace(/\/events$/, "")}` : null;
}
