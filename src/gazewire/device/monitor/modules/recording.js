// Recording: one button that starts and stops, one that throws away, and the time since the start.

import { post } from "./api.js";
import { byId, show } from "./dom.js";

export class RecordingPanel {
  #startedAt = null; // by performance.now(); null while nothing is recorded
  #last = null; // {id, startedAt} of the recording that was seen last
  #isBusy = false;
  #isConnected = false;
  #tell;

  // `tell(text, isError)` says something to the user.
  constructor(tell) {
    this.#tell = tell;
    byId("record").addEventListener("click", () => this.toggle());
    byId("discard").addEventListener("click", () => this.askToDiscard());
    byId("discard-dialog").addEventListener("close", ({ target }) => {
      if (target.returnValue === "discard") this.#ask("cancel", "discard the recording");
    });
    setInterval(() => this.#showTime(), 200);
  }

  get isRunning() {
    return this.#startedAt !== null;
  }

  // A new connection: what runs, if anything, is told next.
  set isConnected(isConnected) {
    this.#isConnected = isConnected;
    if (isConnected) this.#startedAt = null;
    this.#show();
  }

  showRecording({ id, action, message, rec_duration_ns }) {
    const length = clock(rec_duration_ns / 1e6);
    if (action === "START") {
      // What was seen from its start is not told its length again.
      if (this.#last?.id !== id) {
        this.#last = { id, startedAt: performance.now() - rec_duration_ns / 1e6 };
      }
      this.#startedAt = this.#last.startedAt;
    } else {
      this.#startedAt = null;
      if (action === "SAVE") this.#tell(`Recording of ${length} saved.`, false);
      if (action === "DISCARD") this.#tell(`Recording of ${length} discarded.`, false);
      if (action === "ERROR") this.#tell(`The recording failed: ${message.replace(/\.$/, "") || "no reason given"}.`, true);
    }
    this.#show();
  }

  toggle() {
    if (byId("record").disabled) return;
    if (this.isRunning) this.#ask("stop_and_save", "save the recording");
    else this.#ask("start", "start a recording");
  }

  askToDiscard() {
    if (!this.isRunning || this.#isBusy || !this.#isConnected) return;
    byId("discard-dialog").returnValue = "";
    byId("discard-dialog").showModal();
  }

  async #ask(what, inWords) {
    this.#isBusy = true;
    this.#show();
    try {
      await post(`/api/recording:${what}`);
    } catch (error) {
      this.#tell(`Could not ${inWords}: ${error.message}.`, true);
    } finally {
      this.#isBusy = false;
      this.#show();
    }
  }

  #show() {
    document.body.classList.toggle("is-recording", this.isRunning);
    byId("record-text").textContent = this.isRunning ? "Stop and save" : "Record";
    byId("record").disabled = byId("discard").disabled = this.#isBusy || !this.#isConnected;
    show("discard", this.isRunning);
    show("recording-badge", this.isRunning);
    byId("recording-state").textContent = this.isRunning ? "Recording" : "Not recording";
    this.#showTime();
  }

  #showTime() {
    const time = clock(this.isRunning ? performance.now() - this.#startedAt : 0);
    byId("timer").textContent = byId("recording-badge").textContent = time;
  }
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}`;
}
