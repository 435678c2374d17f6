// The stage in another page's frame: fetches the recording of its address, and plays it once the frame is in sight.

import { notice } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { follow, recording } from "../net/api.js";
import { errorText } from "../net/error-text.js";
import { Replay } from "../stage/replay.js";

const link = $(".whole");
const replay = new Replay($(".replay"), { words, answers: data.answers, onShow });
/** The whole page; that of a run's lesson, once the run has told it. */
let { page } = data;

/** Keeps the link to the whole page at the same time. */
function onShow(t, { run }) {
  const hasLesson = data.run && run?.scenario;
  if (hasLesson) page = run.scenario.startsWith("atlas/") ? `/${run.scenario}` : `/s/${run.scenario}`;
  link.href = `${page}#${data.run ? `run=${data.run}&` : ""}t=${t.toFixed(3)}`;
}

/** Begins once the frame is in sight: many frames stand far down a page. */
function begin() {
  if (data.t !== null) replay.seek(data.t);
  if (data.paused || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    replay.play();
  });
  observer.observe($(".picture"));
}

function followRun() {
  let begun = false;
  follow({ id: data.run, events: data.events }, {
    onEvents(events) {
      notice();
      replay.take(events);
      if (!begun) begin();
      begun = true;
    },
    onLost() {
      replay.lose();
      notice("lost", words("error.lost"));
    },
    onFound: () => replay.find() && notice(),
    onWait: (position) => notice("waits", words("stage.queue", { place: position })),
    onGone() {
      replay.lose();
      notice("lost", words("embed.unknown"));
    },
  });
}

async function playRecording() {
  try {
    replay.takeAll(await recording(data.events));
    begin();
  } catch (error) {
    notice("lost", errorText(words, error, { unknown: "embed.unknown" }));
  }
}

if (!data.events) notice("lost", words("embed.unknown"));
else if (data.run) followRun();
else playRecording();
