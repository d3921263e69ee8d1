// Calibration by things in the scene: the wearer looks at something, and an operator clicks on it.
// What is collected, and what comes of it, the service says; this is the same feed as that of the
// calibration page.

import { Connection } from "./connection.js";
import { byId, element, show } from "./dom.js";

const CHOREOGRAPHY = "NaturalFeatureChoreographyPlugin";
const GAZER = "Gazer3D";
const ASK = "Ask the wearer to look at something, and click on it in the picture.";
// Few points leave the mapping to guess; the corners of what is looked at should be among them.
const ENOUGH = 5;
const STEP = 0.005;
const LARGE_STEP = 0.05;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class PointingPanel {
  #feed = new Connection("/calibration/feed");
  #hasFeed = false;
  #canvas;
  #scene;
  #isLeaving = false; // what was cancelled may still be told of
  #choreography = null; // that the service has, as far as it is known
  #state = null;
  // One of: off, starting, collecting, computing, told.
  #phase = "off";

  // `canvas` shows the `scene`.
  constructor(canvas, scene) {
    this.#canvas = canvas;
    this.#scene = scene;
    this.#feed.addEventListener("close", () => this.#lose());
    this.#feed.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    canvas.addEventListener("click", ({ clientX, clientY }) => {
      const found = this.isOn && this.#scene.at(clientX, clientY);
      if (found) this.#point(found.place, found.t);
    });
    canvas.addEventListener("keydown", (press) => this.#moveCursor(press));
    canvas.addEventListener("blur", () => this.#setCursor(null));
    const actions = { calibrate: "toggle", "pointing-again": "start", "pointing-finish": "finish" };
    for (const [id, name] of Object.entries(actions)) byId(id).addEventListener("click", () => this[name]());
    for (const id of ["pointing-cancel", "pointing-close"]) byId(id).addEventListener("click", () => this.leave());
  }

  set isPossible(isPossible) {
    show("calibrate", isPossible);
    show("calibrate-key", isPossible);
  }

  // Clicks count.
  get isOn() {
    return this.#phase === "collecting";
  }

  get shown() {
    return { phase: this.#phase, targets: this.#state?.targets ?? [] };
  }

  toggle() {
    if (this.#phase === "off" || this.#phase === "told") this.start();
    else this.leave();
  }

  start() {
    if (byId("calibrate").hidden || !["off", "told"].includes(this.#phase)) return;
    this.#setPhase("starting", "Starting.");
    if (this.#feed.isOpen && !this.#isLeaving) this.#askToStart();
    else if (!this.#hasFeed) this.#feed.open(); // the service then tells how things are
    this.#hasFeed = true;
  }

  finish() {
    if (this.isOn && !byId("pointing-finish").disabled) this.#say({ stop: true });
  }

  // Cancel what is going on, or put away what came of it.
  leave() {
    if (this.#phase === "off") return;
    if (this.isOn || this.#phase === "starting") {
      this.#say({ cancel: true });
      this.#isLeaving = this.isOn;
    }
    this.#setPhase("off", "");
  }

  // A service that is set up for it already may have been so in a particular way.
  #askToStart() {
    const choose = this.#choreography === CHOREOGRAPHY ? {} : { choose: { choreography: CHOREOGRAPHY, gazer: GAZER } };
    this.#say({ ...choose, start: "calibration" });
  }

  #say(request) {
    this.#feed.send(JSON.stringify(request));
  }

  #point(place, t) {
    this.#say({ point: { norm_pos: place, timestamp_unix_ns: String(t) } });
    this.#scene.mark = place;
    this.#scene.redraw();
  }

  // What the service tells

  #take(told) {
    switch (told.subject) {
      case "calibration.state":
        this.#takeState(told);
        break;
      case "calibration.successful":
        if (this.#phase === "computing") this.#tell("Calibrated.");
        break;
      case "calibration.failed":
        if (this.#phase !== "off") this.#tell(`Not calibrated: ${told.reason}`, told.diagnosis?.sentences);
        break;
      case "accuracy.measured":
        if (this.#phase !== "off" && told.source === "calibration") this.#tell(verdict(told));
    }
  }

  #takeState(state) {
    const isNew = this.#choreography === null;
    this.#choreography = state.choreography;
    const isOurs = state.choreography === CHOREOGRAPHY;
    const before = this.#phase;
    const isCollecting = state.state === "collecting";
    const isReady = (isNew || this.#isLeaving) && !isCollecting;
    if (!isCollecting) this.#isLeaving = false;
    if (before === "off" || before === "told" || this.#isLeaving) return;
    if (before === "starting" && isReady) this.#askToStart();
    if (isOurs) this.#state = state;
    if (isOurs && isCollecting) this.#setPhase("collecting", words(state));
    else if (before === "starting" && isCollecting) this.#tell("Another calibration is going on.");
    else if (before === "starting") return;
    else if (isOurs && state.state === "fitting") this.#setPhase("computing", "Computing.");
    else if (!isOurs || state.state === "idle") this.#tell("It was cancelled from elsewhere.");
  }

  #lose() {
    this.#choreography = null;
    this.#isLeaving = false;
    if (["starting", "collecting", "computing"].includes(this.#phase)) {
      this.#tell("The service does not answer.");
    }
  }

  // What the page shows

  #tell(text, reasons = []) {
    this.#setPhase("told", text, reasons);
  }

  #setPhase(phase, text, reasons = []) {
    const isFirst = phase === "collecting" && this.#phase === "starting";
    this.#phase = phase;
    show("pointing", phase !== "off");
    byId("calibrate").setAttribute("aria-pressed", String(!["off", "told"].includes(phase)));
    if (byId("pointing-text").textContent !== text) byId("pointing-text").textContent = text;
    byId("pointing-reasons").replaceChildren(...reasons.map((reason) => element("li", reason)));
    for (const id of ["pointing-finish", "pointing-cancel"]) show(id, phase !== "told");
    for (const id of ["pointing-again", "pointing-close"]) show(id, phase === "told");
    const targets = phase === "collecting" ? this.#state.targets : [];
    byId("pointing-finish").disabled = !targets.some(({ samples }) => samples > 0);
    byId("pointing-points").replaceChildren(...targets.map(chip));
    this.#canvas.classList.toggle("is-clickable", phase === "collecting");
    if (phase === "collecting") this.#canvas.tabIndex = 0;
    else this.#canvas.removeAttribute("tabindex");
    if (isFirst) this.#canvas.focus();
    if (phase !== "collecting" || this.#state.target === null) this.#scene.mark = null;
    if (phase !== "collecting") this.#scene.cursor = null;
    this.#scene.redraw();
  }

  // By keys

  #moveCursor(press) {
    if (!this.isOn || press.ctrlKey || press.metaKey || press.altKey) return;
    const cursor = this.#scene.cursor ?? [0.5, 0.5];
    if (press.key in STEPS) {
      const step = press.shiftKey ? LARGE_STEP : STEP;
      const moved = STEPS[press.key].map((way, axis) => cursor[axis] + way * step);
      this.#setCursor(moved.map((part) => Math.min(Math.max(part, 0), 1)));
    } else if (press.key === "Enter" || press.key === " ") {
      if (this.#scene.time !== null) this.#point(cursor, this.#scene.time);
      this.#setCursor(cursor);
    } else return;
    press.preventDefault();
    press.stopPropagation();
  }

  #setCursor(cursor) {
    this.#scene.cursor = cursor;
    this.#scene.redraw();
  }
}

function words({ target, targets, note }) {
  if (target !== null) {
    return `Point ${target + 1} is followed: the wearer goes on looking at it.`;
  }
  if (note) return note;
  const points = targets.filter(({ samples }) => samples > 0).length;
  if (points === 0) return ASK;
  const count = points === 1 ? "1 point. " : `${points} points. `;
  return count + (points < ENOUGH ? "Now the next thing." : "Finish, or go on where gaze is off.");
}

function chip({ number, samples, wanted, state }) {
  const item = element("li", String(number + 1));
  item.dataset.state = state;
  item.style.setProperty("--part", Math.min(1, samples / wanted));
  item.title = `Point ${number + 1}: ${samples} of ${wanted} pictures`;
  return item;
}

function verdict({ accuracy_deg, precision_deg, used, total }) {
  if (accuracy_deg === null) return "Calibrated, but gaze is more than 5° off everywhere.";
  const left = total > used ? `, ${total - used} of ${total} left out as too far off` : "";
  return `Calibrated: accuracy ${accuracy_deg.toFixed(2)}°, precision ${precision_deg?.toFixed(2) ?? "–"}°${left}.`;
}
