// Sharing: a lesson by its name, a script inside its link, or a run as a recording that the server keeps.

import { duration } from "../model/model.js";
import { ask, keep } from "../net/api.js";
import { refusal } from "../net/error-text.js";
import { pack } from "./script-link.js";

const KINDS = ["lesson", "script", "run"];
/** Names of the machine that it has for itself alone: RFC 6761, section 6.3; RFC 1122, section 3.2.1.3. */
const LOOPBACK = /(^|\.)localhost$|^127\.|^\[::1\]$/;
/** For how long a button says that it has copied, in ms. */
const SAID = 1500;

export class Share {
  #dialog;
  #wall;
  #words;
  /** What is on the stage: see `open`. */
  #what = {};
  #kind = "script";
  /** What was kept here: by the run's id, the recording's and whether the run had ended. */
  #kept = new Map();
  /** Counts what was asked for, so that an answer that comes too late is not shown. */
  #turn = 0;

  /** `dialog` asks what to share, `wall` shows the QR code as large as the window. */
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
   * What is on the stage: `lesson`, its path, where it is one; `script`; `run`, a live run's id, and whether it has `ended`;
   * `kept`, the id of a recording that is kept already; `recorded`, whether it is the lesson's own recording; `t`, the
   * moment under the playhead in ms, or null; and whether that is in the `midst` of it.
   */
  open(what) {
    this.#what = what;
    this.#$(".at input").checked = what.midst;
    const best = what.run || what.kept ? "run" : what.lesson ? "lesson" : "script";
    this.#$("[value=lesson]").disabled = !what.lesson;
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

  /** Shows the address of what was chosen, as soon as there is one. */
  async #show() {
    const turn = ++this.#turn;
    const moment = this.#moment;
    const id = this.#recording;
    const canKeep = this.#kind === "run" && !id && this.#what.run;
    this.#$(".at").hidden = moment === null || Boolean(canKeep);
    this.#$(".at span").textContent = moment === null ? "" : this.#words("share.at", { t: duration(moment * 1000) });
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

  /** The recording that the stage's run is kept as; one that went on since then is another. */
  get #recording() {
    const { kept, run, ended } = this.#what;
    const known = this.#kept.get(run);
    return kept ?? (known && known.ended === ended ? known.id : null);
  }

  /** The moment that an address of the chosen kind can name: times are those of one run. */
  get #moment() {
    const { t, recorded } = this.#what;
    return this.#kind === "run" || (this.#kind === "lesson" && recorded) ? t : null;
  }

  async #address(id) {
    const asked = this.#moment !== null && this.#$(".at input").checked;
    const hash = asked ? `#t=${this.#moment.toFixed(3)}` : "";
    switch (this.#kind) {
      case "lesson":
        return this.#what.lesson && `${location.origin}${this.#what.lesson}${hash}`;
      case "script":
        return `${location.origin}/try#s=${await pack(this.#what.script)}`;
      default:
        return id && `${location.origin}/r/${id}${hash}`;
    }
  }

  /** What the chosen kind is, or why there is no address. */
  #about(id, address) {
    const { run, ended, recorded } = this.#what;
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
    const { run, ended } = this.#what;
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
      this.#tell(refusal(this.#words, error, { unknown: "share.gone", nothing: "share.nothing", often: "share.often", other: "share.refused" }), true);
    } finally {
      button.disabled = false;
    }
  }

  async #copy() {
    const input = this.#$(".place");
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      // Only pages that came safely may write there; what is selected can be copied on every page.
      input.select();
      document.execCommand("copy");
    }
    const button = this.#$(".copy");
    button.textContent = this.#words("share.copied");
    this.#tell(this.#words("share.copied"));
    setTimeout(() => {
      button.textContent = this.#words("share.copy");
      this.#tell("");
    }, SAID);
  }

  async #send() {
    const url = this.#$(".place").value;
    await navigator.share({ title: document.title, url }).catch(() => null); // whoever thought better of it has not failed
  }

  #tell(text, wrong = false) {
    const told = this.#$(".outcome");
    told.textContent = text;
    told.classList.toggle("wrong", wrong);
  }

  #$(selector) {
    return this.#dialog.querySelector(selector);
  }
}

/** A QR code as an image's address; refused where the text is too long for one. */
async function draw(text) {
  const code = await ask("/api/qr", { method: "POST", body: text });
  return `data:image/svg+xml,${encodeURIComponent(await code.text())}`;
}
