// The article: judges its claims by runs on this machine.

import { element } from "../dom/element.js";
import { words } from "../dom/words.js";
import { verdict } from "../model/verdict.js";
import { played } from "../net/api.js";
import { errorText } from "../net/error-text.js";

const progress = document.querySelector(".went");
const buttons = [...document.querySelectorAll("[data-act]")];
const claims = [...document.querySelectorAll(".claim")].filter((claim) => claim.dataset.scenarios);

/** Plays the scenarios that decide claims, one run after the other, and shows each verdict as soon as it is known. */
async function judge(chosen) {
  for (const button of buttons) button.disabled = true;
  const done = new Map();
  const scenarios = new Set(chosen.flatMap(decidedBy));
  try {
    for (const scenario of scenarios) {
      progress.textContent = words("article.judging", { scenario });
      done.set(scenario, await played({ scenario }));
      for (const claim of chosen) {
        if (decidedBy(claim).includes(scenario) && decidedBy(claim).every((one) => done.has(one))) showVerdict(claim, done);
      }
    }
    progress.textContent = "";
  } catch (error) {
    progress.textContent = errorText(words, error);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const decidedBy = (claim) => claim.dataset.scenarios.split(" ");

function showVerdict(claim, done) {
  const runs = decidedBy(claim).map((scenario) => ({ scenario, events: done.get(scenario) }));
  const output = claim.querySelector("output");
  const cut = runs.find(({ events }) => events.at(-1).how !== "played");
  if (cut) {
    output.replaceChildren(words("article.cut", { scenario: cut.scenario, reason: cut.events.at(-1).reason }));
    return;
  }
  const checks = runs.flatMap(({ events }) => events).filter((event) => event.type === "check" && event.claim === claim.dataset.claim);
  const here = verdict(checks);
  const { verdict: recorded } = claim.dataset;
  const beside = here === recorded ? words("article.same") : words("article.differs", { verdict: words(`article.${recorded}`) });
  const text = words("article.here", { kernel: runs[0].events[0].kernel, verdict: words(`article.${here}`) });
  output.dataset.verdict = here;
  output.replaceChildren(element("b", {}, text), ` ${beside}`);
}

for (const button of buttons) {
  button.hidden = false;
  button.addEventListener("click", () => judge(button.dataset.act === "all" ? claims : [button.closest(".claim")]));
}
