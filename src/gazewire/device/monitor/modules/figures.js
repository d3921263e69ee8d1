// What those who feed the device say of how well they do: lines of a label and a figure.

import { byId, element, show } from "./dom.js";

export class FigurePanel {
  #values = new Map(); // by label, the elements that show them

  // Another device may say other things, or nothing.
  connect() {
    this.#values.clear();
    byId("figures-list").replaceChildren();
    show("figures", false);
    this.#notice("");
  }

  take(figures) {
    show("figures", figures.length > 0);
    figures.forEach(({ label, value, hint, page }) => {
      const shown = this.#values.get(label) ?? this.#add(label, hint, page);
      if (shown.textContent !== value) shown.textContent = value;
    });
    const terse = byId("figures-terse");
    const word = figures[0]?.value.split(",")[0] ?? "";
    if (terse.textContent !== word) terse.textContent = word;
    this.#notice(figures.find(({ notice }) => notice)?.notice ?? "");
  }

  #notice(words) {
    const badge = byId("figures-badge");
    if (badge.textContent !== words) badge.textContent = words;
    show("figures-badge", words !== "");
  }

  #add(label, hint, page) {
    const value = element("dd");
    const name = page ? element("a", label) : label;
    if (page) Object.assign(name, { href: page, target: "_blank" });
    const row = element("div", element("dt", name), value);
    row.title = hint;
    byId("figures-list").append(row);
    this.#values.set(label, value);
    return value;
  }
}
