// What the server says to somebody who writes.

/** What can stand at a place of a script: `{ from, completions, expected }`. */
export async function complete(place) {
  const headers = { "content-type": "application/json" };
  const response = await fetch("/api/complete", { method: "POST", headers, body: JSON.stringify(place) });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

/** Scripts to start from, and the language in short. */
export async function handbook() {
  const response = await fetch("/api/handbook");
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}
