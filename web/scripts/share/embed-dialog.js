// The code that shows what is on the stage in somebody else's page, with its options and how it will look.

import { words } from "../dom/words.js";
import { read } from "./url-state.js";

const dialog = document.getElementById("snippet");
const form = dialog.querySelector("form");
const { paused, answers, t, theme, lang, copy } = form.elements;
const code = form.querySelector("textarea");
const said = form.querySelector("[role=status]");

/** What is on the stage, as addresses name it: a run of the visitor's own, or what the page is about. */
function source() {
  const { run } = read();
  const isLive = run && document.body.dataset.mode === "live";
  return isLive ? `run:${run}` : location.pathname.slice(1).replace("/", ":");
}

function address() {
  const options = [["of", source()]];
  if (paused.checked) options.push(["paused", 1]);
  if (answers.checked) options.push(["answers", 0]);
  if (t.checked && read().t !== null) options.push(["t", read().t]);
  for (const { name, value } of [theme, lang]) if (value) options.push([name, value]);
  return `${location.origin}/embed?${options.map(([key, value]) => `${key}=${value}`).join("&")}`;
}

function show() {
  const src = address();
  code.value = dialog.dataset.code.replace("{src}", src.replaceAll("&", "&amp;"));
  said.textContent = "";
  const preview = dialog.querySelector(".preview");
  if (preview.firstChild?.src === src) return;
  const frame = Object.assign(document.createElement("iframe"), { src, title: preview.dataset.title });
  preview.replaceChildren(frame);
}

/** Opens on the moment that the address names. */
export function open() {
  form.querySelector(".at").hidden = read().t === null;
  form.querySelector(".passing").hidden = !source().startsWith("run:");
  show();
  dialog.showModal();
}

dialog.addEventListener("close", () => dialog.querySelector(".preview").replaceChildren());
form.addEventListener("change", show);
code.addEventListener("focus", () => code.select());
copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(code.value);
    said.textContent = words("program.copied");
  } catch {
    code.focus(); // selected: the visitor's own copy takes it
  }
});
