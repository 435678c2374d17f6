// What leaves the stage: as a file, beside another run, as an address, in somebody's page.

import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import * as snippet from "../share/embed-dialog.js";
import { Exports } from "../share/export-menu.js";
import { nameOf } from "../share/recording-ref.js";
import { Share } from "../share/share-dialog.js";

export class Sharing {
  #exports = new Exports($(".exports"));
  #share = new Share($("#share"), $("#wall"), { words });

  constructor() {
    $(".snippet-entry").addEventListener("click", snippet.open);
  }

  /** Offers a run as files, as far as it is when these are asked for, and for a comparison; none where there is none. */
  offer(run) {
    const events = run?.id ? `/api/runs/${run.id}/events` : data.recording;
    this.#exports.offer(run && events.replace(/\/events$/, ""));
    $(".beside").hidden = !run;
    if (run) $(".beside").href = `/compare?a=${nameOf(events)}`;
  }

  /** Opens the dialog on a run, if there is one, and on the lesson or the script beside it. */
  open(run, scenario, script) {
    this.#share.open(shown(run, scenario, script));
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
    midst: hasBegun && run.player.y > 0 && run.player.y < run.layout.end,
  };
}
