// What the server says to somebody who writes.

import { ask, post, read } from "./api.js";

const about = (address, script) => read(ask(address, { method: "POST", body: script }));

/** The mistakes of a script. */
export const check = async (script) => (await about("/api/check", script)).mistakes;

/** What each actor could do after a script. */
export const offers = async (script) => (await about("/api/offers", script)).offers;

/** What can stand at a place of a script: `{ from, completions, expected }`. Columns count characters, from 1. */
export const complete = (script, { line, column }) => read(post("/api/complete", { script, line, column }));

/** Scripts to start from, and the language in short. */
export const handbook = () => read(ask("/api/handbook"));
