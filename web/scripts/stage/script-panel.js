// The panel beside the picture: the script that Run plays, as a list of lines, as a program, or in the editor.

import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { pack } from "../share/script-link.js";
import * as address from "../share/url-state.js";
import { Program } from "../views/program.js";
import { ScriptList } from "../views/script-list.js";

export class ScriptPanel {
  /** The request that Run sends: the lesson, or a script of the visitor's own. */
  request = { scenario: data.scenario, script: data.script, lines: data.lines };
  #list;
  #program = new Program($(".script-panel"), { words });
  #editor;

  /** `onLine` is called with a picked line, `named` returns a result's name; `Editor` is a class, on the page that has one. */
  constructor({ onLine, named, onRun, Editor }) {
    this.#list = new ScriptList($(".side"), { notes: data.notes, words, onLine, named });
    this.#editor = Editor && new Editor($(".editor"), { words, onChange: (text) => this.#remember(text), onRun });
  }

  get #isEditing() {
    return Boolean(this.#editor?.isOpen);
  }

  /** The request with the text of the editor. */
  read() {
    if (this.#isEditing) this.#remember(this.#editor.text);
    return this.request;
  }

  /** The current script: from the editor, from a run that a visitor's lines have changed, or else from the request. */
  text(run) {
    if (this.#isEditing) return this.#editor.text;
    const isChanged = run?.history.events.some(({ type }) => type === "script");
    return isChanged ? run.latest.script.map(({ text }) => text).join("\n") : this.request.script;
  }

  /** Lists the lines of the request's script. */
  list() {
    this.#list.set(this.request.script, this.request.lines);
    if (this.#isEditing) this.#editor.close();
    this.#turn(false);
  }

  /** Opens the editor, on its own page. */
  async edit() {
    if (!this.#editor) return location.assign(`/try#s=${await pack(this.request.script)}`);
    this.#editor.open(this.request.script);
    this.#turn(true);
  }

  #turn(isEditing) {
    $(".script").hidden = isEditing;
    $("[data-act=edit]").hidden = isEditing;
  }

  /** Shows the mistakes of a script; another page opens the editor, which finds them by itself. */
  correct(mistakes) {
    if (!this.#isEditing) this.edit();
    this.#editor?.show(mistakes);
    this.#editor?.select(mistakes[0]);
  }

  /** Puts a script of the visitor's own into the address, so that a link shares it. */
  #remember(script) {
    this.request = { script };
    this.#program.show(this.request, Infinity);
    address.write({ run: null, t: null });
    address.writeScript(script);
  }

  /** Results may have another name now. */
  refresh() {
    this.#list.refresh();
  }

  /** Shows a model; `hiddenFrom.line` is the line from which on answers are hidden. */
  show(model, hiddenFrom) {
    this.#list.show(model, hiddenFrom);
    this.#program.show(this.request, hiddenFrom.line);
  }

  /** Hides expected results, before the first run. */
  hideFrom({ line }) {
    this.#list.hideFrom(line);
    this.#program.show(this.request, line);
  }
}
