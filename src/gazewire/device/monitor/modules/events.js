// Events: marking one, marking a recent one again, and all that the device was told of.

import { post } from "./api.js";
import { byId, element, show } from "./dom.js";

const HISTORY = 200;
const RECENT = 6;

export class EventPanel {
  #recent = [];
  #tell;

  // `tell(text, isError)` says something to the user.
  constructor(tell) {
    this.#tell = tell;
    byId("event-form").addEventListener("submit", (submission) => {
      submission.preventDefault();
      const name = byId("event-name").value.trim();
      if (!name || byId("event-send").disabled) return;
      byId("event-name").value = "";
      this.#mark(name);
    });
  }

  set isConnected(isConnected) {
    byId("event-send").disabled = !isConnected;
    for (const button of byId("event-again").querySelectorAll("button")) {
      button.disabled = !isConnected;
    }
  }

  // An event of anybody, as the device tells it.
  showEvent({ name, timestamp, recording_id }) {
    const at = new Date(timestamp / 1e6);
    const time = element("time", clock(at));
    time.dateTime = at.toISOString();
    const row = element("li", time, element("span", name || "(no name)"));
    if (!recording_id) row.append(element("small", "not recorded"));
    const history = byId("event-history");
    history.prepend(row);
    while (history.children.length > HISTORY) history.lastElementChild.remove();
    show("event-none", false);
    if (name) this.#remember(name);
  }

  // `number` counts from 1.
  markAgain(number) {
    byId("event-again").querySelectorAll("button")[number - 1]?.click();
  }

  async #mark(name) {
    try {
      await post("/api/event", { name });
    } catch (error) {
      this.#tell(`Could not mark “${name}”: ${error.message}.`, true);
    }
  }

  // The places of those that are there do not change, for the fingers that know them.
  #remember(name) {
    if (this.#recent.includes(name)) return;
    this.#recent = [...this.#recent, name].slice(-RECENT);
    const rows = this.#recent.map((recent, index) => {
      const button = element("button", element("kbd", String(index + 1)), element("span", recent));
      button.type = "button";
      button.title = `Mark “${recent}” again`;
      button.addEventListener("click", () => this.#mark(recent));
      return element("li", button);
    });
    byId("event-again").replaceChildren(...rows);
    show("event-again", true);
  }
}

function clock(at) {
  const time = at.toLocaleTimeString("en-GB"); // 24 hours
  return `${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
