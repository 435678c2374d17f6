// The program beside the script: what one host did, in the visitor's own language.

import { node } from "../dom/element.js";
import { recall, remember } from "../dom/storage.js";
import { ask, post } from "../net/api.js";
import { refusal } from "../net/error-text.js";

/** Comments are muted: a line of them, or one behind a call that ends the line's code. */
const COMMENT = /^(\s*)(\/\/.*|#(?!include|define).*)$|^(.*[;)]) {1,2}((?:\/\/|# ).*)$/;
const KEY = "program";

export class Program {
  #panel;
  #form;
  #code;
  #status;
  #words;
  #wanted = {};
  #before = Infinity;
  #shown = "";
  #asking;

  constructor(panel, { words }) {
    this.#panel = panel;
    this.#form = panel.querySelector(".tongues");
    this.#code = panel.querySelector(".program pre");
    this.#status = panel.querySelector(".program [role=status]");
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

  /** Shows the program of a lesson, or of a script; only what comes before a line where a question is open there. */
  show(wanted, before) {
    if (wanted === this.#wanted && before === this.#before) return;
    this.#wanted = wanted;
    this.#before = before;
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => this.#update(), wanted.scenario ? 0 : 250); // somebody may be typing
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
    this.#panel.toggleAttribute("data-program", language !== "script");
    if (language === "script") return;
    const { scenario, script } = this.#wanted;
    const before = Number.isFinite(this.#before) ? this.#before : undefined;
    const key = JSON.stringify([language, host, scenario ?? script, before]);
    if (key === this.#shown) return;
    this.#shown = key;
    try {
      const asked = await (scenario ? ofScenario(scenario, { host, language, before }) : post("/api/program", { script, host, language }));
      const text = await asked.text();
      if (key === this.#shown) this.#tell(text, before ? this.#words("program.veiled") : "");
    } catch (error) {
      if (key !== this.#shown) return;
      this.#shown = "";
      const [mistake] = error.answer?.mistakes ?? [];
      this.#tell("", mistake ? this.#words("error.mistake", mistake) : refusal(this.#words, error));
    }
  }

  #tell(program, status) {
    this.#draw(program);
    this.#status.textContent = status;
  }

  #draw(text) {
    const lines = text.split("\n").map((line) => {
      const [, indent = "", whole, code, behind] = COMMENT.exec(line) ?? [];
      if (whole) return [indent, node("i", {}, whole)];
      return behind ? [`${code}  `, node("i", {}, behind)] : [line];
    });
    this.#code.replaceChildren(...lines.flatMap((line) => [...line, "\n"]).slice(0, -1));
    this.#code.scrollTo(0, 0);
  }

  async #copy(button) {
    const text = this.#code.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Only pages that came safely may write there; a selection can be copied on every page.
      getSelection().selectAllChildren(this.#code);
      document.execCommand("copy");
    }
    button.textContent = this.#words("program.copied");
    setTimeout(() => (button.textContent = this.#words("program.copy")), 1500);
  }
}

function ofScenario(id, { host, language, before }) {
  const query = new URLSearchParams({ host, language, ...(before && { before }) });
  return ask(`/api/scenarios/${id}/program?${query}`);
}
