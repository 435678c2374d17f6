// Sharing: a lesson by its name, a script inside its link, or a run as a recording that the server keeps.

import { copy } from "../dom/clipboard.js";
import { duration } from "../model/model.js";
import { ask, keep } from "../net/api.js";
import { errorText } from "../net/error-text.js";
import { pack } from "./script-link.js";

const KINDS = ["lesson", "script", "run"];
/** Names and addresses of the machine itself: RFC 6761, section 6.3; RFC 1122, section 3.2.1.3. */
const LOOPBACK = /(^|\.)localhost$|^127\.|^\[::1\]$/;
/** The time for which a button says that it has copied, in ms. */
const COPIED_FOR = 1500;

export class ShareDialog {
  #dialog;
  #wall;
  #words;
  /** The subject on the stage: see `open`. */
  #subject = {};
  #kind = "script";
  /** Runs that were kept here, by id: the recording's id and whether the run had ended. */
  #kept = new Map();
  /** The number of the last request; answers to earlier requests are not shown. */
  #turn = 0;

  /** `dialog` has the choices, `wall` shows the QR code as large as the window. */
  constructor(dialog, wall, { words }) {
    this.#dialog = dialog;
    this.#wall = wall;
    this.#words = words;
    for (const kind of dialog.querySelectorAll("[name=kind]")) {
      kind.addEventListener("change", () => this.#choose(kind.value));
    }
    this.#$(".at input").addEventListener("change", () => this.#show());
    this.#$(".keep").addEventListener("click", () => this.#keep());
    this.#$(".copy").addEventListener("click", () => this.#copy());
    this.#$(".send").addEventListener("click", () => this.#send());
    this.#$(".send").hidden = !navigator.share;
    this.#$(".loopback").hidden = !LOOPBACK.test(location.hostname);
    this.#$(".port").textContent = location.port || "80";
    this.#$(".place").addEventListener("focus", (event) => event.target.select());
    this.#$(".qr").addEventListener("click", () => wall.showModal());
    for (const element of [dialog, wall]) element.addEventListener("click", (event) => event.target === element && element.close());
    wall.querySelector("button").addEventListener("click", () => wall.close());
  }

  /**
   * Opens the dialog on a subject: `lesson`, the path of a lesson; `script`; `run`, the id of a live run, and whether it has
   * `ended`; `kept`, the id of a kept recording; `recorded`, whether the lesson's own recording is shown; `t`, the time
   * under the playhead in ms, or null; `midst`, whether that time lies between beginning and end.
   */
  open(subject) {
    this.#subject = subject;
    this.#$(".at input").checked = subject.midst;
    const best = subject.run || subject.kept ? "run" : subject.lesson ? "lesson" : "script";
    this.#$("[value=lesson]").disabled = !subject.lesson;
    this.#choose(best);
    this.#dialog.showModal();
    this.#$(`[value=${best}]`).focus();
  }

  #choose(kind) {
    this.#kind = kind;
    for (const one of KINDS) this.#$(`[value=${one}]`).checked = one === kind;
    this.#tell("");
    this.#show();
  }

  /** Shows the address for the chosen kind, as soon as there is one. */
  async #show() {
    const turn = ++this.#turn;
    const time = this.#time;
    const id = this.#recording;
    const canKeep = this.#kind === "run" && !id && this.#subject.run;
    this.#$(".at").hidden = time === null || Boolean(canKeep);
    this.#$(".at span").textContent = time === null ? "" : this.#words("share.at", { t: duration(time * 1000) });
    this.#$(".keep").hidden = !canKeep;
    const address = await this.#address(id).catch(() => null);
    if (turn !== this.#turn) return;
    this.#$(".about").textContent = this.#about(id, address);
    this.#$(".result").hidden = !address;
    this.#$(".qr").hidden = true;
    if (!address) return;
    this.#$(".place").value = address;
    this.#$(".length").textContent = this.#kind === "script" ? this.#words("share.length", { length: address.length }) : "";
    const code = await draw(address).catch(() => null);
    if (turn !== this.#turn || !code) return;
    this.#$(".qr").hidden = false;
    for (const image of [this.#$(".qr img"), this.#wall.querySelector("img")]) image.src = code;
    this.#wall.querySelector("p").textContent = address.length < 200 ? address : "";
  }

  /** The id of the kept recording of the stage's run; a run that has gone on since is not kept. */
  get #recording() {
    const { kept, run, ended } = this.#subject;
    const known = this.#kept.get(run);
    return kept ?? (known && known.ended === ended ? known.id : null);
  }

  /** The time in an address of the chosen kind; times belong to one run. */
  get #time() {
    const { t, recorded } = this.#subject;
    return this.#kind === "run" || (this.#kind === "lesson" && recorded) ? t : null;
  }

  async #address(id) {
    const hasTime = this.#time !== null && this.#$(".at input").checked;
    const hash = hasTime ? `#t=${this.#time.toFixed(3)}` : "";
    switch (this.#kind) {
      case "lesson":
        return this.#subject.lesson && `${location.origin}${this.#subject.lesson}${hash}`;
      case "script":
        return `${location.origin}/try#s=${await pack(this.#subject.script)}`;
      default:
        return id && `${location.origin}/r/${id}${hash}`;
    }
  }

  /** A sentence about the chosen kind, or why there is no address. */
  #about(id, address) {
    const { run, ended, recorded } = this.#subject;
    switch (this.#kind) {
      case "lesson":
        return this.#words("share.lesson");
      case "script":
        return this.#words(address ? "share.script" : "share.script_large");
      default:
        if (id) return this.#words("share.kept");
        if (run) return this.#words(ended ? "share.run" : "share.run_going");
        return this.#words(recorded ? "share.run_recorded" : "share.run_none");
    }
  }

  async #keep() {
    const { run, ended } = this.#subject;
    const button = this.#$(".keep");
    button.disabled = true;
    this.#tell(this.#words("share.keeping"));
    try {
      const { id } = await keep(run);
      this.#kept.set(run, { id, ended });
      this.#tell("");
      await this.#show();
      this.#$(".copy").focus();
    } catch (error) {
      this.#tell(errorText(this.#words, error, { unknown: "share.gone", nothing: "share.nothing", often: "share.often", other: "share.refused" }), true);
    } finally {
      button.disabled = false;
    }
  }

  async #copy() {
    await copy(this.#$(".place"));
    const button = this.#$(".copy");
    button.textContent = this.#words("share.copied");
    this.#tell(this.#words("share.copied"));
    setTimeout(() => {
      button.textContent = this.#words("share.copy");
      this.#tell("");
    }, COPIED_FOR);
  }

  async #send() {
    const url = this.#$(".place").value;
    await navigator.share({ title: document.title, url }).catch(() => null); // a cancelled share is no failure
  }

  #tell(text, wrong = false) {
    const outcome = this.#$(".outcome");
    outcome.textContent = text;
    outcome.classList.toggle("wrong", wrong);
  }

  #$(selector) {
    return this.#dialog.querySelector(selector);
  }
}

/** A QR code as an image's address; refused for a text that is too long. */
async function draw(text) {
  const code = await ask("/api/qr", { method: "POST", body: text });
  return `data:image/svg+xml,${encodeURIComponent(await code.text())}`;
}
