// What leaves the stage: as a file, beside another run, as an address, in somebody's page.

import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import * as embedDialog from "../share/embed-dialog.js";
import { ExportMenu } from "../share/export-menu.js";
import { refOf } from "../share/recording-ref.js";
import { ShareDialog } from "../share/share-dialog.js";

export class ShareBar {
  #exportMenu = new ExportMenu($(".exports"));
  #shareDialog = new ShareDialog($("#share"), $("#wall"), { words });

  constructor() {
    $(".snippet-entry").addEventListener("click", embedDialog.open);
  }

  /** Offers a run as files, as far as it is when these are asked for, and for a comparison; none where there is none. */
  offer(run) {
    const events = run?.id ? `/api/runs/${run.id}/events` : data.recording;
    this.#exportMenu.offer(run && events.replace(/\/events$/, ""));
    $(".beside").hidden = !run;
    if (run) $(".beside").href = `/compare?a=${refOf(events)}`;
  }

  /** Opens the dialog on a run, if there is one, and on the lesson or the script beside it. */
  open(run, scenario, script) {
    this.#shareDialog.open(shown(run, scenario, script));
  }
}

/** What sharing has to know of the stage. */
function shown(run, scenario, script) {
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
