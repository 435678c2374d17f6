// The lessons that were watched to their ends, kept in this browser alone.

import { recall, remember } from "../dom/storage.js";

const KEY = "watched";

/** The ids of the lessons. */
export function watched() {
  try {
    return new Set(JSON.parse(recall(KEY)) ?? []);
  } catch {
    return new Set(); // not our JSON
  }
}

export function mark(lesson) {
  remember(KEY, JSON.stringify([...watched().add(lesson)]));
}

export function forget() {
  remember(KEY, null);
}
