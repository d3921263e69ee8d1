// How good the connection is: in a word, and in numbers.

import { byId, show } from "./dom.js";

const LATE_MS = 250; // a picture that took longer is late: what is seen is no longer "now"
const SLOW_MS = 150;
const MOST_LATE = 0.05;

export class QualityPanel {
  #told = null; // by the device
  #missed = []; // {at, count}, so that old losses are forgotten
  #clock;
  #scene;

  constructor(clock, scene) {
    this.#clock = clock;
    this.#scene = scene;
  }

  connect() {
    this.#told = null;
    this.#missed = [];
  }

  take(quality) {
    const now = performance.now();
    const lost = quality.missed - (this.#told?.missed ?? 0);
    this.#missed = this.#missed.filter(({ at }) => now - at < 10_000);
    if (lost > 0) this.#missed.push({ at: now, count: lost });
    this.#told = quality;
  }

  // Tell it, a few times a second.
  refresh(isLive) {
    const { roundTrip, offset } = this.#clock;
    const delays = this.#scene.delays;
    const late = delays.filter((delay) => delay > LATE_MS).length;
    const missed = this.#missed.reduce((sum, { count }) => sum + count, 0);
    say("round-trip", roundTrip === null ? "–" : duration(roundTrip));
    say("clock-offset", offset === null ? "–" : clockInWords(offset));
    say("picture-delay", delays.length ? delayInWords(delays) : "–");
    say("late-pictures", delays.length ? `${late} of ${delays.length}` : "–");
    say("missed-data", this.#told ? String(missed) : "–");
    say("open-pages", this.#told ? String(this.#told.pages) : "–");
    list("dropped-packets", this.#told?.dropped, "");
    list("left-out", this.#told?.left_out, "");
    list("lowered", this.#told?.lowered_hz, " Hz");
    const verdict = isLive ? judge({ delay: this.#scene.delay, late: late / delays.length, missed }) : "";
    byId("quality-terse").dataset.verdict = verdict.toLowerCase();
    say("quality-terse", verdict);
  }
}

function judge({ delay, late, missed }) {
  if (missed > 0 || late > MOST_LATE) return "Poor";
  return delay > SLOW_MS || late > 0 ? "Fair" : "Good";
}

function delayInWords(delays) {
  const sorted = [...delays].sort((a, b) => a - b);
  const [middle, most] = [0.5, 0.95].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  return `${Math.round(middle)} ms, 95 % within ${Math.round(most)}`;
}

function clockInWords({ milliseconds, uncertainty }) {
  const size = duration(Math.abs(milliseconds));
  const sign = size === duration(0) ? "" : milliseconds < 0 ? "−" : "+";
  return `${sign}${size} ± ${duration(uncertainty)}`;
}

function duration(milliseconds) {
  if (milliseconds >= 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

// By stream; the row is there only when there is something to tell.
function list(id, numbers, unit) {
  const entries = Object.entries(numbers ?? {});
  show(`${id}-row`, entries.length > 0);
  say(id, entries.map(([name, number]) => `${name} ${number}${unit}`).join(", "));
}

function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
