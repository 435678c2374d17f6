// Opens the page of a stage: its script, its questions, and its actions come first. The stage itself, which a run needs,
// loads behind them, so that the page is ready early on a slow network.

import { lazy } from "../dom/lazy.js";
import { notice } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { FREE, listen } from "../dom/shortcuts.js";
import { words } from "../dom/words.js";
import { DamagedLink } from "../share/script-link.js";
import * as urlState from "../share/url-state.js";
import { Questions } from "../views/questions.js";
import { ScriptPanel } from "./script-panel.js";

/** Opens the page in the state of its address; `Editor` and `FreePlay` are classes, on the page that has one. */
export async function openStage({ Editor, FreePlay } = {}) {
  let stage;
  const loadStage = lazy(async () => {
    const { startStage } = await import("./stage.js");
    return (stage = startStage({ scriptPanel, questions, FreePlay }));
  });
  const act = async (name) => (await loadStage()).acts[name]();

  const questions = new Questions($(".question"), $(".predict"), {
    scenario: data.scenario,
    questions: data.questions ?? [],
    words,
    onGo: () => stage?.goOn(),
    onChange: () => (stage ? stage.refresh() : scriptPanel.hideFrom(questions.hiddenFrom)),
  });
  const scriptPanel = new ScriptPanel({
    onLine: (line) => stage?.seekLine(line),
    named: (seq, text) => stage?.named(seq, text) ?? { text },
    onRun: () => act("run"),
    Editor,
  });
  for (const button of document.querySelectorAll(":is(main, .bar) [data-act]")) {
    button.addEventListener("click", () => act(button.dataset.act));
  }
  // The stage brings the transport's own listeners.
  $(".transport").addEventListener("click", ({ target }) => {
    const button = target.closest("[data-act]");
    if (button && !stage) act(button.dataset.act);
  });
  listen(act, data.open ? FREE : {});
  keepStateInLanguageLink();
  addEventListener("hashchange", () => location.reload());
  if (!data.live && data.recording) replaceRun();
  $("[data-act=recording].link").hidden = !data.recording || !data.live;

  await readScript(scriptPanel);
  scriptPanel.list();
  scriptPanel.hideFrom(questions.hiddenFrom);
  if (Editor) scriptPanel.edit();
  await loadStage();
}

/** Takes the script of the address, if it carries one. A damaged address stays until the script changes. */
async function readScript(scriptPanel) {
  try {
    const script = await urlState.script();
    if (script) scriptPanel.request = { script };
  } catch (error) {
    notice("damaged", words(`damaged.${error instanceof DamagedLink ? error.message : "data"}`));
  }
}

/** The language link keeps the state in the address: the script, and whether questions are asked. */
function keepStateInLanguageLink() {
  $("#language").addEventListener("click", (event) => {
    const choice = new URLSearchParams(location.search).get("questions");
    if (choice) event.currentTarget.search += `&questions=${encodeURIComponent(choice)}`;
    event.currentTarget.hash = location.hash;
  });
}

/** No runs on this machine: the recording replaces Run. */
function replaceRun() {
  $(".invitation p").textContent = words("stage.invitation_recording");
  $(".pace").hidden = true;
  for (const button of document.querySelectorAll("[data-act=run]")) {
    button.dataset.act = "recording";
    button.textContent = words("stage.watch");
  }
}
