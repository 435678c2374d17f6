// The ways out of the stage: as a file, beside another run, as an address, in another page.

import { lazy } from "../dom/lazy.js";
import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { ExportMenu } from "../share/export-menu.js";
import { refOf } from "../share/recording-ref.js";

export class ShareBar {
  #exportMenu = new ExportMenu($(".exports"));
  #loadShareDialog = lazy(async () => {
    const { ShareDialog } = await import("../share/share-dialog.js");
    return new ShareDialog($("#share"), $("#wall"), { words });
  });
  #loadEmbedDialog = lazy(() => import("../share/embed-dialog.js"));

  constructor() {
    $(".embed-entry").addEventListener("click", async () => (await this.#loadEmbedDialog()).open());
  }

  /** Offers a run as files and for a comparison; null hides both. A run that goes on gives its events so far. */
  offer(run) {
    const events = run?.id ? `/api/runs/${run.id}/events` : data.recording;
    this.#exportMenu.offer(run && events.replace(/\/events$/, ""));
    $(".beside").hidden = !run;
    if (run) $(".beside").href = `/compare?a=${refOf(events)}`;
  }

  /** Opens the dialog on a run, if there is one, and on the lesson or the script beside the run. */
  async open(run, scenario, script) {
    (await this.#loadShareDialog()).open(subject(run, scenario, script));
  }
}

/** The dialog's subject. */
function subject(run, scenario, script) {
  const hasBegun = Boolean(run?.hasBegun);
  const isRecording = run?.origin === "recording";
  return {
    lesson: scenario && (scenario.includes("/") ? `/${scenario}` : `/s/${scenario}`),
    script,
    run: hasBegun ? run.id : undefined,
    ended: Boolean(run?.ended),
    kept: isRecording ? data.kept : undefined,
    recorded: isRecording && !data.kept,
    t: hasBegun ? run.t : null,
    midst: hasBegun && run.playhead.y > 0 && run.playhead.y < run.layout.end,
  };
}
