// The stage in somebody else's page: fetches what the address names, and plays it once it is seen.

import { notice } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { follow, recording } from "../net/api.js";
import { errorText } from "../net/error-text.js";
import { Replay } from "../stage/replay.js";

const whole = $(".whole");
const replay = new Replay($(".replay"), { words, answers: data.answers, onShow });
/** The page that has the rest; a run's is the lesson's that it is of. */
let { page } = data;

/** The way to the whole page leads to the same moment. */
function onShow(t, { run }) {
  const isOf = data.run && run?.scenario;
  if (isOf) page = run.scenario.startsWith("atlas/") ? `/${run.scenario}` : `/s/${run.scenario}`;
  whole.href = `${page}#${data.run ? `run=${data.run}&` : ""}t=${t.toFixed(3)}`;
}

/** Begins when the frame is looked at: many of them stand far down a page. */
function begin() {
  if (data.t !== null) replay.seek(data.t);
  if (data.paused || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    replay.play();
  });
  seen.observe($(".picture"));
}

function attend() {
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
    onWait: (place) => notice("waits", words("stage.queue", { place })),
    onGone() {
      replay.lose();
      notice("lost", words("embed.unknown"));
    },
  });
}

async function watch() {
  try {
    replay.takeAll(await recording(data.events));
    begin();
  } catch (error) {
    notice("lost", errorText(words, error, { unknown: "embed.unknown" }));
  }
}

if (!data.events) notice("lost", words("embed.unknown"));
else if (data.run) attend();
else watch();
