// Search while typing: the server answers as for the form, and the new results replace the old ones.

const form = document.querySelector(".search");
const found = document.getElementById("found");
const input = form.elements.q;
/** The number of the last request; answers to earlier ones are late. */
let turn = 0;

async function ask() {
  const own = ++turn;
  const address = new URL(form.action);
  const query = input.value.trim();
  if (query) address.searchParams.set("q", query);
  const response = await fetch(address).catch(() => null);
  if (own !== turn || !response?.ok) return; // the form still works
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (own !== turn) return;
  document.title = page.title;
  found.replaceChildren(...page.getElementById("found").childNodes);
  document.getElementById("language").search = page.getElementById("language").search;
  history.replaceState(null, "", address);
}

input.addEventListener("input", ask);
