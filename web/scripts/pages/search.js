// Finding as one types: the server answers as it answers the form, and what it found takes the place of what stands there.

const form = document.querySelector(".search");
const found = document.getElementById("found");
const input = form.elements.q;
/** The number of the last question; answers to those before are late. */
let asked = 0;

async function ask() {
  const mine = ++asked;
  const address = new URL(form.action);
  const query = input.value.trim();
  if (query) address.searchParams.set("q", query);
  const response = await fetch(address).catch(() => null);
  if (mine !== asked || !response?.ok) return; // the form still works
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (mine !== asked) return;
  document.title = page.title;
  found.replaceChildren(...page.getElementById("found").childNodes);
  document.getElementById("language").search = page.getElementById("language").search;
  history.replaceState(null, "", address);
}

input.addEventListener("input", ask);
