// The page put together: what the service tells, and what the operator does.

import { byId, element } from "./dom.js";
import { Link } from "./link.js";
import { Preview } from "./preview.js";
import { Results } from "./results.js";
import { Stage } from "./stage.js";

const SCREEN_MARKERS = "ScreenMarkerChoreographyPlugin";
const SINGLE_MARKER = "SingleMarkerChoreographyPlugin";
const NATURAL_FEATURES = "NaturalFeatureChoreographyPlugin";
const IS_DISPLAY = "gazewire.calibration.isDisplay";

const link = new Link();
const stage = new Stage((shown) => link.say({ shown }));
const results = new Results();
const preview = new Preview(
  byId("preview"),
  () => link.say({ want: "preview" }),
  (norm_pos, timestamp) => state?.choreography === NATURAL_FEATURES && link.say({ point: { norm_pos, timestamp } }),
);
let state = null;

// What the service tells

const take = {
  "calibration.state": (told) => {
    state = told;
    showState();
  },
  "calibration.started": () => results.clear(),
  "validation.started": () => results.clear(),
  "calibration.successful": () => results.succeeded(),
  "calibration.failed": (told) => results.failed("calibration", told),
  "validation.failed": (told) => results.failed("validation", told),
  "accuracy.measured": (told) => results.measured(told),
};

const WORDS = {
  idle: "Ready",
  collecting: { calibration: "Calibrating", validation: "Validating" },
  fitting: "Computing",
  done: "Ready",
  failed: "Ready",
};

function showState() {
  const isCollecting = state.state === "collecting";
  const words = WORDS[state.state];
  byId("summary").textContent = typeof words === "string" ? words : words[state.kind];
  byId("while").hidden = !isCollecting;
  for (const id of ["calibrate", "validate"]) byId(id).disabled = isCollecting;
  showNote(isCollecting);
  showTargets();
  showFacts();
  choose(state);
  byId("preview").classList.toggle("is-clickable", isCollecting && state.choreography === NATURAL_FEATURES);
  const isStage = isCollecting && state.display?.shows && byId("is-display").checked;
  preview.isWanted = !isStage;
  if (isStage) stage.show(state);
  else {
    stage.hide();
    preview.fill();
  }
}

function showNote(isCollecting) {
  let note = isCollecting ? state.note : null;
  if (!note && isCollecting && state.choreography === NATURAL_FEATURES && state.target === null) {
    note = "Ask the wearer to look at something, and click on it in the picture.";
  }
  if (!note && state.has_scene === false) note = "There is no scene camera.";
  byId("note").textContent = note ?? "";
  byId("note").dataset.state = isCollecting && state.note ? "bad" : "";
}

function showTargets() {
  byId("targets").replaceChildren(
    ...state.targets.map(({ number, samples, wanted, state }) => {
      const item = element("li", element("span", `${number + 1}: ${samples}/${wanted}`));
      item.style.setProperty("--part", Math.min(1, samples / wanted));
      item.dataset.state = state;
      return item;
    }),
  );
}

function showFacts() {
  showMarkers(state.markers);
  for (const { eye_id, pupils, confident } of state.eyes) {
    if (pupils) showEye(eye_id, `seen well in ${percent(confident / pupils)}`, confident / pupils);
  }
}

// While nothing is collected, the pictures tell how things are.
function showPrepared({ markers, confidences }) {
  if (state?.state === "collecting") return;
  showMarkers(markers.filter(([kind]) => kind === "calibration").length);
  for (const [eye_id, confidence] of confidences.entries()) {
    const words = confidence === null ? "no pupils" : `confidence ${confidence.toFixed(2)}`;
    showEye(eye_id, words, confidence ?? 0);
  }
}

function showMarkers(count) {
  byId("marker-fact").textContent = count === undefined ? "–" : ["not seen", "seen"][count] ?? `${count} seen`;
}

function showEye(eye_id, words, share) {
  byId(`eye-${eye_id}`).textContent = words;
  byId(`eye-${eye_id}`).dataset.state = share < 0.8 ? "bad" : "good";
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

// Show which choreography is there; one of the service's own, as for headsets, is none of ours.
function choose({ choreography, display, gazer_class_name }) {
  const mode = choreography === SINGLE_MARKER && !display.shows ? "Physical" : "Full screen";
  for (const radio of document.querySelectorAll("[name=choreography]")) {
    const isSameMode = choreography !== SINGLE_MARKER || radio.dataset.mode === mode;
    radio.checked = radio.value === choreography && isSameMode;
  }
  const { gazer } = byId("choice").elements;
  if ([...gazer.options].some(({ value }) => value === gazer_class_name)) gazer.value = gazer_class_name;
}

// What the operator does

function choice() {
  const radio = document.querySelector("[name=choreography]:checked");
  const gazer = byId("choice").elements.gazer.value;
  return { choreography: radio?.value ?? SCREEN_MARKERS, gazer, marker_mode: radio?.dataset.mode ?? "Full screen" };
}

function start(kind) {
  if (state?.state === "collecting") return;
  const isOurs = document.querySelector("[name=choreography]:checked");
  link.say(isOurs ? { start: kind } : { choose: choice(), start: kind });
}

const actions = {
  calibrate: () => start("calibration"),
  validate: () => start("validation"),
  finish: () => link.say({ stop: true }),
  cancel: () => link.say({ cancel: true }),
  fullscreen: () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  },
};
for (const [id, act] of Object.entries(actions)) byId(id).addEventListener("click", act);

const keys = { c: "calibrate", v: "validate", s: "finish", f: "fullscreen", Escape: "cancel" };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const name = keys[event.key];
  const isFree = ["finish", "cancel"].includes(name) === (state?.state === "collecting");
  if (name === "fullscreen" || (name && isFree)) actions[name]();
});
// The browser takes the Escape of a full screen for itself.
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement && stage.isOpen) actions.cancel();
});

byId("choice").addEventListener("change", (event) => {
  if (event.target.id === "is-display") {
    localStorage.setItem(IS_DISPLAY, event.target.checked);
    if (state) showState();
  } else if (state?.state !== "collecting") {
    link.say({ choose: choice() });
    preview.restart();
  }
});
byId("is-display").checked = localStorage.getItem(IS_DISPLAY) !== "false";

// The connection

function showConnection(name, words) {
  byId("connection").dataset.state = name;
  byId("connection").textContent = words;
}

link.addEventListener("open", () => {
  showConnection("live", "Live");
  preview.restart();
});
link.addEventListener("close", () => {
  showConnection("lost", "Lost, trying again");
  stage.hide();
});
link.addEventListener("told", ({ detail }) => take[detail.subject]?.(detail));
link.addEventListener("picture", async ({ detail }) => {
  const told = await preview.take(detail);
  showPrepared(told);
  byId("preview-none").hidden = preview.hasPicture;
});
link.open();
