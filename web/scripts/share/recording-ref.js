// References to recordings in addresses: `s:LESSON`, `atlas:STATE/STIMULUS`, `run:ID` of this server, `r:ID` that is kept.

const EVENTS = { s: "/api/recordings/", atlas: "/api/atlas/", run: "/api/runs/", r: "/api/r/" };
const PAGES = { s: "/s/", atlas: "/atlas/", r: "/r/" };

/** The two forms of a reference; nothing else can stand in an address. The rule of server/web/recording_ref.rs. */
const FORMS = [/^(s|run|r):([\w-]+)$/, /^(atlas):([\w-]+\/[\w-]+)$/];

/** The addresses of a recording: its events, and the page that shows it; null where the text is no reference. */
export function addressesOf(ref) {
  const [, kind, id] = FORMS.map((form) => form.exec(ref)).find(Boolean) ?? [];
  if (!kind) return null;
  const events = EVENTS[kind] + id + (kind === "run" ? "/events" : "");
  return { events, page: kind === "run" ? `/try#run=${id}` : PAGES[kind] + id };
}

/** The reference for the address of a recording's events; null where there is none. */
export function refOf(address) {
  const found = Object.entries(EVENTS).find(([, start]) => address?.startsWith(start));
  return found ? `${found[0]}:${address.slice(found[1].length).replace(/\/events$/, "")}` : null;
}
