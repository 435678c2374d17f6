// The program beside the script: the calls of one host, in a programming language.

import { copy } from "../dom/clipboard.js";
import { element } from "../dom/element.js";
import { recall, remember } from "../dom/storage.js";
import { ask, post } from "../net/api.js";
import { errorText } from "../net/error-text.js";

/** A line that is a comment, or a call with a comment behind it; comments are muted. */
const COMMENT = /^(\s*)(\/\/.*|#(?!include|define).*)$|^(.*[;)]) {1,2}((?:\/\/|# ).*)$/;
const KEY = "program";

export class Program {
  #root;
  #form;
  #code;
  #status;
  #words;
  #request = {};
  #before = Infinity;
  #shown = "";
  #timer;

  constructor(root, { words }) {
    this.#root = root;
    this.#form = root.querySelector(".tongues");
    this.#code = root.querySelector(".program pre");
    this.#status = root.querySelector(".program [role=status]");
    this.#words = words;
    const [language, host] = (recall(KEY) ?? "").split(" ");
    this.#choose("language", language);
    this.#choose("host", host);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("change", () => {
      const { language, host } = this.#choice;
      remember(KEY, `${language} ${host}`);
      this.#update();
    });
    this.#form.querySelector("button").addEventListener("click", (event) => this.#copy(event.currentTarget));
  }

  /** Shows the program of a lesson or of a script, up to the line of the next question. */
  show(request, before) {
    if (request === this.#request && before === this.#before) return;
    this.#request = request;
    this.#before = before;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#update(), request.scenario ? 0 : 250); // the visitor may be typing
  }

  get #choice() {
    const { language, host } = this.#form.elements;
    return { language: language.value, host: host.value };
  }

  #choose(name, value) {
    const choice = value && this.#form.querySelector(`[name=${name}][value="${CSS.escape(value)}"]`);
    if (choice) choice.checked = true;
  }

  async #update() {
    const { language, host } = this.#choice;
    this.#root.toggleAttribute("data-program", language !== "script");
    if (language === "script") return;
    const { scenario, script } = this.#request;
    const before = Number.isFinite(this.#before) ? this.#before : undefined;
    const key = JSON.stringify([language, host, scenario ?? script, before]);
    if (key === this.#shown) return;
    this.#shown = key;
    try {
      const answer = await (scenario ? ofScenario(scenario, { host, language, before }) : post("/api/program", { script, host, language }));
      const text = await answer.text();
      if (key === this.#shown) this.#tell(text, before ? this.#words("program.veiled") : "");
    } catch (error) {
      if (key !== this.#shown) return;
      this.#shown = "";
      const [mistake] = error.answer?.mistakes ?? [];
      this.#tell("", mistake ? this.#words("error.mistake", mistake) : errorText(this.#words, error));
    }
  }

  #tell(program, status) {
    this.#draw(program);
    this.#status.textContent = status;
  }

  #draw(text) {
    const lines = text.split("\n").map((line) => {
      const [, indent = "", whole, code, behind] = COMMENT.exec(line) ?? [];
      if (whole) return [indent, element("i", {}, whole)];
      return behind ? [`${code}  `, element("i", {}, behind)] : [line];
    });
    this.#code.replaceChildren(...lines.flatMap((line) => [...line, "\n"]).slice(0, -1));
    this.#code.scrollTo(0, 0);
  }

  async #copy(button) {
    await copy(this.#code);
    button.textContent = this.#words("program.copied");
    setTimeout(() => (button.textContent = this.#words("program.copy")), 1500);
  }
}

function ofScenario(id, { host, language, before }) {
  const query = new URLSearchParams({ host, language, ...(before && { before }) });
  return ask(`/api/scenarios/${id}/program?${query}`);
}
