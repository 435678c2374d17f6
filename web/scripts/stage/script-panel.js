// The script's place beside the picture: what Run plays, as a list of lines, as a program, or in the editor.

import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { pack } from "../share/script-link.js";
import * as address from "../share/url-state.js";
import { Program } from "../views/program.js";
import { ScriptList } from "../views/script-list.js";

export class ScriptPanel {
  /** What Run plays: the lesson, or a script of the visitor's own. */
  wanted = { scenario: data.scenario, script: data.script };
  #list;
  #program = new Program($(".script-panel"), { words });
  #editor;

  /** `onLine` is called with a line that somebody picks, `named` gives a result's name; `Editor` is a class, on the page that has one. */
  constructor({ onLine, named, onRun, Editor }) {
    this.#list = new ScriptList($(".side"), { notes: data.notes, words, onLine, named });
    this.#editor = Editor && new Editor($(".editor"), { words, onChange: (text) => this.#remember(text), onRun });
  }

  get #isEditing() {
    return Boolean(this.#editor?.isOpen);
  }

  /** What Run plays, as it is written there now. */
  read() {
    if (this.#isEditing) this.#remember(this.#editor.text);
    return this.wanted;
  }

  /** The script as it stands there: as somebody writes it, as hands have changed it in a run, or else as it is wanted. */
  text(run) {
    if (this.#isEditing) return this.#editor.text;
    const isChanged = run?.history.events.some(({ type }) => type === "script");
    return isChanged ? run.latest.script.join("\n") : this.wanted.script;
  }

  /** Lists the lines of what Run plays. */
  list() {
    this.#list.set(this.wanted.script);
    if (this.#isEditing) this.#editor.close();
    this.#turn(false);
  }

  /** Opens the editor, which has a page of its own. */
  async edit() {
    if (!this.#editor) return location.assign(`/try#s=${await pack(this.wanted.script)}`);
    this.#editor.open(this.wanted.script);
    this.#turn(true);
  }

  #turn(isEditing) {
    $(".script").hidden = isEditing;
    $("[data-act=edit]").hidden = isEditing;
  }

  /** Shows what is wrong with the script; the editor's page finds that out by itself. */
  correct(mistakes) {
    if (!this.#isEditing) this.edit();
    this.#editor?.show(mistakes);
    this.#editor?.select(mistakes[0]);
  }

  /** The address carries a script of one's own, so that a link is enough to share it. */
  #remember(script) {
    this.wanted = { script };
    this.#program.show(this.wanted, Infinity);
    address.write({ run: null, t: null });
    address.writeScript(script);
  }

  /** Results may have another name now. */
  refresh() {
    this.#list.refresh();
  }

  /** Shows a moment; `veil` is the line from which on nothing is told. */
  show(model, veil) {
    this.#list.show(model, veil);
    this.#program.show(this.wanted, veil.line);
  }

  /** Hides what lines must give, before anything is played. */
  veil({ line }) {
    this.#list.veil(line);
    this.#program.show(this.wanted, line);
  }
}
