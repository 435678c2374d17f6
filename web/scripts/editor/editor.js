// The editor in place of the script's list. The text is a text area's own, so that undo, input methods, screen readers and
// phones work as everywhere; under it lies the same text in colour. Mistakes and completions come from the server's parser.

import { check, complete } from "../net/script-api.js";
import { difference, moved, offsetAt, positionAt, wordAt } from "../script/positions.js";
import { CompletionList } from "./completion-list.js";
import { Gutter } from "./gutter.js";
import { Handbook } from "./handbook.js";
import { Overlay } from "./overlay.js";

/** Times without typing, in ms, after which the text is checked, kept, and its mistakes announced. */
const CHECK_AFTER = 120;
const KEEP_AFTER = 300;
const ANNOUNCE_AFTER = 1500;
/** Longer texts are not coloured, checked or completed: the server does not take them. */
const MAX_LENGTH = 48 * 1024;

export class Editor {
  #form;
  #area;
  #list;
  #scroller;
  #hint;
  #replaced;
  /** The text before an example replaced it. */
  #former = "";
  #overlay;
  #gutter;
  #completionList;
  #words;
  #onChange;
  #lines = [];
  #mistakes = [];
  #timers = {};
  #unkept = false;
  #stale = false;
  /** The number of the last request for completions; answers to earlier ones are late. */
  #turn = 0;

  /** `onChange` is called with a changed text once the typing pauses; `onRun` when the text is to be played. */
  constructor(form, { words, onChange, onRun }) {
    const $ = (selector) => form.querySelector(selector);
    this.#form = form;
    this.#words = words;
    this.#onChange = onChange;
    this.#area = $("textarea");
    this.#list = $(".mistakes");
    this.#scroller = $(".scroller");
    this.#hint = $(".hint");
    this.#replaced = $(".replaced");
    this.#overlay = new Overlay($(".overlay"));
    this.#gutter = new Gutter($(".gutter"), $(".tip"), { wording: (mistake) => words("error.mistake", mistake), onPick: (mistake) => this.select(mistake) });
    this.#completionList = new CompletionList($(".suggestions"), this.#area, { words, onPick: (word) => this.#put(word) });
    new Handbook(form, { words, onPick: (example) => this.#start(example) });
    form.addEventListener("submit", (event) => event.preventDefault());
    this.#area.addEventListener("input", (event) => this.#typed(event));
    this.#area.addEventListener("keydown", (event) => this.#press(event, onRun));
    this.#area.addEventListener("blur", () => this.#rest());
    this.#area.addEventListener("pointerdown", () => this.#completionList.hide());
    this.#area.addEventListener("scroll", () => this.#area.scrollTo(0, 0)); // its frame scrolls
    for (const scrolled of [this.#scroller, document]) scrolled.addEventListener("scroll", () => this.#completionList.hide(), { passive: true, capture: true });
    addEventListener("pagehide", () => this.#keep());
    this.#replaced.querySelector("button").addEventListener("click", () => this.#undo());
  }

  get text() {
    return this.#area.value;
  }

  get isOpen() {
    return !this.#form.hidden;
  }

  open(text) {
    this.#area.value = text;
    this.#form.hidden = false;
    this.#replaced.hidden = true;
    this.#write();
    this.show([]);
    this.#later("check", CHECK_AFTER, () => this.#check());
  }

  close() {
    this.#rest();
    Object.values(this.#timers).forEach(clearTimeout);
    this.#form.hidden = true;
  }

  /** Lists mistakes and marks them; a click on a mistake selects its position. */
  show(mistakes) {
    this.#mistakes = mistakes;
    this.#overlay.mark(mistakes);
    this.#gutter.show(this.#lines.length, mistakes);
    this.#area.setAttribute("aria-invalid", String(mistakes.length > 0));
    this.#list.replaceChildren(
      ...mistakes.map((mistake) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = this.#words("error.mistake", mistake);
        button.addEventListener("click", () => this.select(mistake));
        item.append(button);
        return item;
      }),
    );
    this.#later("announce", ANNOUNCE_AFTER, () => this.#announce());
  }

  /** Selects a mistake. */
  select({ line, column, length }) {
    this.#area.focus();
    this.#area.setSelectionRange(offsetAt(this.text, line, column), offsetAt(this.text, line, column + length));
    this.#reveal();
  }

  // Typing.

  #typed(event) {
    this.#draw();
    this.#unkept = true;
    this.#later("keep", KEEP_AFTER, () => this.#keep());
    this.#later("check", CHECK_AFTER, () => this.#check());
    this.#hint.textContent = "";
    this.#replaced.hidden ||= this.text === this.#former;
    const written = event.inputType === "insertText" || event.inputType?.startsWith("delete");
    if (!event.isComposing && written && this.#typing) this.#suggest();
    else this.#completionList.hide();
  }

  #press(event, onRun) {
    if (event.isComposing || event.keyCode === 229) return; // an input method's key
    const held = event.ctrlKey || event.metaKey;
    const asks = (event.ctrlKey && event.code === "Space") || (event.altKey && event.code === "Slash");
    if (held && event.key === "Enter") {
      this.#completionList.hide();
      onRun();
    } else if (asks) this.#suggest(true);
    else if (held || event.altKey || event.shiftKey || !this.#completionList.press(event.key)) {
      if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Tab", "Enter"].includes(event.key)) this.#completionList.hide();
      return;
    }
    event.preventDefault();
  }

  /** Draws the text before the next frame, once for several events. */
  #draw() {
    if (this.#stale) return;
    this.#stale = true;
    queueMicrotask(() => {
      this.#stale = false;
      this.#write();
      this.#reveal();
    });
  }

  /** Colours the changed lines; marks stay at the others. */
  #write() {
    const { text } = this;
    const lines = text.length > MAX_LENGTH ? [] : text.split("\n");
    this.#form.classList.toggle("plain", lines.length === 0);
    const change = difference(this.#lines, lines);
    this.#lines = lines;
    this.#overlay.write(lines, change);
    this.#mistakes = moved(this.#mistakes, change);
    this.#overlay.mark(this.#mistakes);
    this.#gutter.show(lines.length, this.#mistakes);
  }

  /** Scrolls to the caret, since the text area itself has the text's size and does not scroll. */
  #reveal() {
    const rect = this.#caret(this.#area.selectionEnd);
    if (!rect) return;
    const { left, right, top, bottom } = this.#scroller.getBoundingClientRect();
    const margin = this.#form.querySelector(".gutter").offsetWidth + 16;
    this.#scroller.scrollBy({
      left: Math.min(0, rect.left - left - margin) || Math.max(0, rect.left - right + 24),
      top: Math.min(0, rect.top - top - 8) || Math.max(0, rect.bottom - bottom + 8),
      behavior: "instant",
    });
  }

  #caret(offset) {
    const before = this.text.slice(0, offset).split("\n");
    return this.#lines.length ? this.#overlay.rect(before.length, before.at(-1).length) : null;
  }

  // Answers of the server.

  /** Checks the text; the answer counts only for the same text. */
  async #check() {
    const { text } = this;
    if (text.length > MAX_LENGTH) return this.show([]);
    const mistakes = await check(text).catch(() => null);
    if (mistakes && text === this.text && this.isOpen) this.show(mistakes);
  }

  /** Whether the caret stands behind the last letter of a word. */
  get #typing() {
    const { selectionStart, selectionEnd } = this.#area;
    const { from, to } = wordAt(this.text, selectionEnd);
    return selectionStart === selectionEnd && from < selectionEnd && to === selectionEnd;
  }

  /** Shows completions at the caret; on request also where nothing was typed, or else a hint at the expected word. */
  async #suggest(onRequest = false) {
    const turn = ++this.#turn;
    const { text } = this;
    const at = this.#area.selectionEnd;
    if (text.length > MAX_LENGTH) return;
    this.#completionList.narrow(text.slice(wordAt(text, at).from, at));
    const position = positionAt(text, at);
    const answer = await complete(text, position).catch(() => null);
    const isCurrent = turn === this.#turn && text === this.text && at === this.#area.selectionEnd && document.activeElement === this.#area;
    if (!isCurrent) return;
    if (!answer) return this.#completionList.hide();
    const { from, completions, expected } = answer;
    const begin = offsetAt(text, position.line, from);
    const typed = text.slice(begin, at);
    const whole = completions.some((it) => it.text === typed);
    const others = completions.length > (whole ? 1 : 0);
    if (onRequest && !completions.length) this.#hint.textContent = expected ? this.#words("editor.expected", { expected }) : this.#words("editor.nothing");
    if (!others) return this.#completionList.hide();
    this.#completionList.show(completions, typed, this.#caret(begin), onRequest || !whole);
  }

  /** Replaces the word at the caret. */
  #put(word) {
    const at = this.#area.selectionEnd;
    const { from, to } = wordAt(this.text, at);
    this.#insert(word, this.text.slice(at - 1, at) === "=" ? at - 1 : from, to);
  }

  #announce() {
    const [first] = this.#mistakes;
    const text = first ? this.#words("editor.mistakes", { count: this.#mistakes.length, first: this.#words("error.mistake", first) }) : "";
    this.#form.querySelector(".said").textContent = text;
  }

  // Replacing.

  /** Replaces a part of the text, so that the browser's own undo takes it back. */
  #insert(text, from, to) {
    this.#area.focus();
    this.#area.setSelectionRange(from, to);
    this.#turn += 1; // late completions do not count
    if (text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text)) return this.#completionList.hide();
    this.#area.setRangeText(text, from, to, "end");
    this.#area.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText" }));
  }

  /** Replaces the text by an example; a button brings the former text back. */
  #start({ title, script }) {
    const before = this.text;
    this.#insert(script.trim() + "\n", 0, before.length);
    this.#area.setSelectionRange(0, 0);
    this.#scroller.scrollTo(0, 0);
    this.#replaced.querySelector("span").textContent = this.#words("editor.replaced", { title });
    this.#former = before;
    this.#replaced.hidden = before.trim() === "";
  }

  #undo() {
    this.#insert(this.#former, 0, this.text.length);
    this.#replaced.hidden = true;
  }

  // Work that waits for a pause.

  #later(name, time, act) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(act, time);
  }

  #rest() {
    this.#completionList.hide();
    this.#keep();
  }

  #keep() {
    if (!this.#unkept || !this.isOpen) return;
    this.#unkept = false;
    this.#onChange(this.text);
  }
}
