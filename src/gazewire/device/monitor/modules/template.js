// The questions that are asked with each recording, and their answers.

import { get, post } from "./api.js";
import { byId, element, show } from "./dom.js";
import { widgetFor } from "./widgets.js";

const UNANSWERED = [""];

export class TemplatePanel {
  #template = null; // as it came, to see whether it is another one
  #questions = []; // {id, required, widget}
  #saved = {}; // answers by id, as the device has them
  #isBusy = false;
  #isConnected = false;

  constructor() {
    const form = byId("template-form");
    form.addEventListener("submit", (submission) => {
      submission.preventDefault();
      this.#save();
    });
    form.addEventListener("input", () => {
      for (const { widget } of this.#questions) {
        // What was wrong is told until it is right.
        if (widget.element.querySelector("[aria-invalid=true]")) widget.showFault(widget.fault());
      }
      this.#say("");
      this.#show();
    });
    byId("template-revert").addEventListener("click", () => this.#fillIn(this.#saved));
    byId("template").addEventListener("toggle", () => this.#refresh());
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
  }

  set isConnected(isConnected) {
    this.#isConnected = isConnected;
    if (isConnected) this.#load();
    this.#show();
  }

  // Open it and go to the first question.
  enter() {
    if (byId("template").hidden) return;
    byId("template").open = true;
    this.#questions[0]?.widget.focus();
  }

  get #changed() {
    return this.#questions.filter(({ id, widget }) => !equal(widget.answer, this.#saved[id]));
  }

  // A device that shows no template has none to fill in.
  async #load() {
    try {
      const template = await get("/api/template_def");
      const answers = await get("/api/template_data");
      this.#build(template, answers);
    } catch (error) {
      if (error.status === 404) this.#build(null, {});
    }
  }

  // Somebody else may have answered. What is being typed stays.
  async #refresh() {
    if (!this.#isConnected || !this.#template || this.#isBusy || this.#changed.length) return;
    const answers = await get("/api/template_data").catch(() => null);
    if (answers && !this.#isBusy && !this.#changed.length) this.#fillIn(answers);
  }

  #build(template, answers) {
    show("template", template !== null);
    const isSame = JSON.stringify(template) === JSON.stringify(this.#template);
    const typed = isSame ? this.#changed.map(({ id, widget }) => [id, widget.answer]) : [];
    this.#template = template;
    if (!isSame) {
      const items = template?.items ?? [];
      const made = items.map((item) => ({ ...item, widget: widgetFor(item) }));
      const shown = made.filter(({ widget }) => widget);
      this.#questions = shown.filter(({ widget }) => widget.answer);
      byId("template-questions").replaceChildren(...shown.map(({ widget }) => widget.element));
      byId("template-title").textContent = template?.name ?? "";
    }
    this.#fillIn(answers);
    for (const [id, answer] of typed) this.#questions.find((one) => one.id === id).widget.answer = answer;
    this.#show();
  }

  #fillIn(answers) {
    this.#saved = answers;
    for (const { id, widget } of this.#questions) {
      this.#saved[id] ??= UNANSWERED;
      widget.answer = this.#saved[id];
      widget.showFault("");
    }
    this.#say("");
    this.#show();
  }

  async #save() {
    if (this.#isBusy || !this.#isConnected) return;
    const changed = this.#changed;
    const wrong = this.#questions.filter(({ widget }) => {
      const fault = widget.fault();
      widget.showFault(fault);
      return fault;
    });
    if (wrong.length) {
      this.#say(wrong.length === 1 ? "One answer is not right yet." : `${wrong.length} answers are not right yet.`, "error");
      wrong[0].widget.focus();
      return;
    }
    this.#isBusy = true;
    this.#say("Saving");
    this.#show();
    try {
      const answers = Object.fromEntries(changed.map(({ id, widget }) => [id, widget.answer]));
      this.#fillIn(await post("/api/template_data", answers));
      this.#say("Saved.", "good");
    } catch (error) {
      this.#say(`Not saved: ${error.message}.`, "error");
    } finally {
      this.#isBusy = false;
      this.#show();
    }
  }

  #say(text, kind = "") {
    byId("template-said").textContent = text;
    byId("template-said").dataset.kind = kind;
  }

  #show() {
    const changes = this.#changed.length;
    byId("template-save").disabled = this.#isBusy || !this.#isConnected || !changes;
    show("template-revert", changes > 0 && !this.#isBusy);
    const answered = this.#questions.filter(({ id }) => !equal(this.#saved[id], UNANSWERED));
    const missing = this.#questions.filter(
      ({ id, required }) => required && equal(this.#saved[id], UNANSWERED),
    );
    const terse = byId("template-terse");
    terse.textContent = missing.length
      ? `${missing.length} required missing`
      : `${answered.length} of ${this.#questions.length} answered`;
    terse.dataset.verdict = missing.length ? "poor" : "";
    if (changes) terse.replaceChildren(element("span", "Not saved"));
  }
}

function equal(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
