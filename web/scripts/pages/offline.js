// A recording in a file of its own: the file has everything, and its address has the language and the time.

import { fill } from "../dom/fill.js";
import { $, data } from "../dom/page.js";
import { Replay } from "../stage/replay.js";
import { ScriptList } from "../views/script-list.js";

const { told: texts, events } = data;
const state = new URLSearchParams(location.hash.slice(1));
const root = document.documentElement;
const lang = state.get("lang") in texts.words ? state.get("lang") : root.lang;
const words = (key, values) => fill(texts.words[lang][key] ?? key, values);

root.lang = lang;
document.body.prepend($(`template[lang="${lang}"]`).content);
document.title = `${$("h1").textContent} · fourwave`;

const scriptList = new ScriptList($(".side"), {
  notes: texts.notes[lang],
  words,
  onLine: (line) => replay.seekLine(line),
  named: (_, text) => ({ text }),
});
scriptList.set(texts.script, texts.lines);
const replay = new Replay($(".replay"), { words, onShow });
replay.takeAll(events);
$(".origin").textContent = words("stage.recorded", events[0]);
if (state.has("t")) replay.seek(Number(state.get("t")));
else if (!matchMedia("(prefers-reduced-motion: reduce)").matches) replay.play();

const [other] = Object.keys(texts.words).filter((language) => language !== lang);
$(".head .quiet").addEventListener("click", (event) => {
  event.preventDefault();
  location.hash = `lang=${other}&t=${replay.t}`;
});
addEventListener("hashchange", () => location.reload());

function onShow(_, model) {
  scriptList.show(model, { line: Infinity });
}
