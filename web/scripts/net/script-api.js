// Requests about a script: its mistakes, its completions, the suggestions for its next line.

import { ask, post, read } from "./api.js";

const postScript = (address, script) => read(ask(address, { method: "POST", body: script }));

/** The mistakes of a script. */
export const check = async (script) => (await postScript("/api/check", script)).mistakes;

/** The possible next lines of each actor after a script. */
export const suggestions = async (script) => (await postScript("/api/offers", script)).offers;

/** The completions at a position of a script: `{ from, completions, expected }`. Columns count characters, from 1. */
export const complete = (script, { line, column }) => read(post("/api/complete", { script, line, column }));

/** Examples, and an overview of the language. */
export const handbook = () => read(ask("/api/handbook"));
