// A recording in a file of its own: everything it needs is inside, and the address says the language and the moment.

import { fill } from "../dom/fill.js";
import { Replay } from "../stage/replay.js";
import { Script } from "../views/script-list.js";

const { told, events } = JSON.parse(document.getElementById("data").textContent);
const said = new URLSearchParams(location.hash.slice(1));
const root = document.documentElement;
const lang = said.get("lang") in told.words ? said.get("lang") : root.lang;
const words = (key, values) => fill(told.words[lang][key] ?? key, values);
const $ = (selector) => document.querySelector(selector);

root.lang = lang;
document.body.prepend($(`template[lang="${lang}"]`).content);
document.title = `${$("h1").textContent} · fourwave`;

const script = new Script($(".side"), {
  notes: told.notes[lang],
  words,
  onLine: (line) => replay.seekLine(line),
  named: (_, text) => ({ text }),
});
script.set(told.script);
const replay = new Replay($(".replay"), { words, onShow });
replay.takeAll(events);
$(".origin").textContent = words("stage.recorded", events[0]);
if (said.has("t")) replay.seek(Number(said.get("t")));
else if (!matchMedia("(prefers-reduced-motion: reduce)").matches) replay.play();

const [other] = Object.keys(told.words).filter((language) => language !== lang);
$(".head .quiet").addEventListener("click", (event) => {
  event.preventDefault();
  location.hash = `lang=${other}&t=${replay.t}`;
});
addEventListener("hashchange", () => location.reload());

function onShow(_, model) {
  script.show(model, { line: Infinity });
}
