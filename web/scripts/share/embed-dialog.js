// The HTML that embeds the stage in another page, with its options and a preview.

import { copy } from "../dom/clipboard.js";
import { words } from "../dom/words.js";
import { read } from "./url-state.js";

const dialog = document.getElementById("embed");
const form = dialog.querySelector("form");
const { paused, answers, t, theme, lang, copy: copyButton } = form.elements;
const code = form.querySelector("textarea");
const status = form.querySelector("[role=status]");

/** The reference to the recording on the stage: a live run, or the page's own. */
function recordingRef() {
  const { run } = read();
  const isLive = run && document.body.dataset.mode === "live";
  return isLive ? `run:${run}` : location.pathname.slice(1).replace("/", ":");
}

function address() {
  const options = [["of", recordingRef()]];
  if (paused.checked) options.push(["paused", 1]);
  if (answers.checked) options.push(["answers", 0]);
  if (t.checked && read().t !== null) options.push(["t", read().t]);
  for (const { name, value } of [theme, lang]) if (value) options.push([name, value]);
  return `${location.origin}/embed?${options.map(([key, value]) => `${key}=${value}`).join("&")}`;
}

function show() {
  const src = address();
  code.value = dialog.dataset.code.replace("{src}", src.replaceAll("&", "&amp;"));
  status.textContent = "";
  const preview = dialog.querySelector(".preview");
  if (preview.firstChild?.src === src) return;
  const frame = Object.assign(document.createElement("iframe"), { src, title: preview.dataset.title });
  preview.replaceChildren(frame);
}

/** Opens the dialog for the time in the page's address. */
export function open() {
  form.querySelector(".at").hidden = read().t === null;
  form.querySelector(".passing").hidden = !recordingRef().startsWith("run:");
  show();
  dialog.showModal();
}

dialog.addEventListener("close", () => dialog.querySelector(".preview").replaceChildren());
form.addEventListener("change", show);
code.addEventListener("focus", () => code.select());
copyButton.addEventListener("click", async () => {
  if (await copy(code)) status.textContent = words("program.copied");
});
