// The page put together: two connections to the device, and what each of their messages changes.

import { rememberCards } from "./monitor/cards.js";
import { DeviceClock } from "./monitor/clock.js";
import { Connection } from "./monitor/connection.js";
import { DevicePanel } from "./monitor/device.js";
import { byId, show } from "./monitor/dom.js";
import { EventPanel } from "./monitor/events.js";
import { EyePanel } from "./monitor/eyes.js";
import { FigurePanel } from "./monitor/figures.js";
import { GazeTrack } from "./monitor/gaze.js";
import { cameraOf } from "./monitor/pictures.js";
import { PointingPanel } from "./monitor/pointing.js";
import { QualityPanel } from "./monitor/quality.js";
import { RecordingPanel } from "./monitor/recording.js";
import { Scene } from "./monitor/scene.js";
import { TemplatePanel } from "./monitor/template.js";
import { Traces } from "./monitor/traces.js";

const NOTICE_MS = 5_000; // how long good news stay
const REFRESH_MS = 250;
const ONE_COLUMN = "(max-width: 859px)";
const OPEN_ON_PHONES = ["eyes"];
const OPEN_ON_DESKS = [...OPEN_ON_PHONES, "traces", "figures", "sensors-card", "quality"];

const status = new Connection("/api/status");
const feed = new Connection("/monitor/feed", { isChatty: true });

rememberCards((card) =>
  (matchMedia(ONE_COLUMN).matches ? OPEN_ON_PHONES : OPEN_ON_DESKS).includes(card),
);

const clock = new DeviceClock(say);
const track = new GazeTrack();
const device = new DevicePanel();
const recording = new RecordingPanel(tell);
const events = new EventPanel(tell);
const template = new TemplatePanel();
const scene = new Scene(byId("scene"), () => say({ want: "scene" }), track, clock);
const eyes = new EyePanel(() => say({ want: "eyes" }), track);
const traces = new Traces(clock);
const quality = new QualityPanel(clock, scene);
const figures = new FigurePanel();
const pointing = new PointingPanel(byId("scene"), scene);

// Status

const showComponent = {
  Phone: (phone) => device.showPhone(phone),
  Hardware: (hardware) => device.showHardware(hardware),
  Sensor: (sensor) => device.showSensor(sensor),
  Recording: (component) => recording.showRecording(component),
  Event: (event) => {
    events.showEvent(event);
    traces.mark(event.timestamp / 1e6, event.name || "(no name)");
  },
};

status.addEventListener("open", () => {
  device.clear();
  recording.isConnected = events.isConnected = template.isConnected = true;
  showConnection();
});
status.addEventListener("close", () => {
  recording.isConnected = events.isConnected = template.isConnected = false;
  showConnection();
});
status.addEventListener("message", ({ data }) => {
  const { model, data: component } = JSON.parse(data);
  showComponent[model]?.(component);
});

// Feed

const takeMessage = {
  sensors(sensors) {
    scene.hasCamera = sensors.includes("world");
    eyes.hasCameras = sensors.includes("eyes");
    traces.sensors = sensors;
  },
  gaze(batch) {
    track.add(batch);
    traces.takeGaze(batch);
    scene.redraw();
  },
  imu: (batch) => traces.takeImu(batch),
  eye_events: (batch) => traces.takeEyeEvents(batch),
  pong: (pong) => clock.take(pong),
  quality: (told) => quality.take(told),
  figures(told) {
    figures.take(told);
    pointing.isPossible = told.some(({ page }) => page);
  },
};

const takePicture = {
  scene: (picture) => scene.take(picture),
  eyes: (picture) => eyes.take(picture),
};

feed.addEventListener("open", () => {
  track.clear();
  clock.start();
  scene.connect();
  eyes.connect();
  traces.connect();
  quality.connect();
  figures.connect();
  pointing.isPossible = false;
  showConnection();
});
feed.addEventListener("close", () => {
  clock.stop();
  scene.disconnect();
  eyes.disconnect();
  showConnection();
  // A device that fell silent has left both.
  status.restart();
});
feed.addEventListener("message", ({ data }) => {
  if (data instanceof ArrayBuffer) takePicture[cameraOf(data)]?.(data);
  else for (const [kind, content] of Object.entries(JSON.parse(data))) takeMessage[kind]?.(content);
});

function say(message) {
  feed.send(JSON.stringify(message));
}

// What the page says of itself

function showConnection() {
  const isLive = status.isOpen && feed.isOpen;
  const state = isLive ? "live" : retrySeconds() ? "lost" : "connecting";
  const words = { live: "Live", connecting: "Connecting", lost: "Not connected" };
  const pill = byId("connection");
  if (pill.textContent !== words[state]) pill.textContent = words[state];
  pill.dataset.state = state;
  document.body.classList.toggle("is-lost", !feed.isOpen);
  const sign = recording.isRunning ? "● " : "";
  document.title = `${sign}${device.name}${isLive ? "" : " (not connected)"}`;
}

function retrySeconds() {
  return Math.ceil(Math.max(status.retryIn, feed.retryIn) / 1_000);
}

function showStage() {
  const { rate, delay } = scene;
  const gazeRate = track.rate;
  byId("picture-rate").textContent = rate === null ? "–" : rate.toFixed(1);
  byId("gaze-rate").textContent = gazeRate === null ? "–" : Math.round(gazeRate);
  byId("delay").textContent = delay === null ? "–" : Math.round(delay);
  const { x, y } = (feed.isOpen && scene.shown.gaze) || {};
  byId("gaze-at").textContent = x ? `${Math.round(x)}, ${Math.round(y)}` : "–";
  show("worn-badge", feed.isOpen && !scene.isWorn);
  show("camera-badge", feed.isOpen && !scene.hasCamera);
  const note = stageNote();
  show("note", note !== "");
  if (byId("note").textContent !== note) byId("note").textContent = note;
}

function stageNote() {
  if (!feed.isOpen) {
    const wait = retrySeconds();
    return wait ? `The device does not answer. Trying again in ${wait} s.` : "Connecting to the device.";
  }
  if (!scene.hasData) return scene.hasCamera ? "Waiting for the first picture." : "Waiting for gaze.";
  return scene.isStalled ? "No new pictures." : "";
}

setInterval(() => {
  showConnection();
  showStage();
  eyes.refresh();
  traces.sceneSize = scene.size;
  traces.refresh();
  quality.refresh(status.isOpen && feed.isOpen);
}, REFRESH_MS);

// Say something: good news for a while, bad news until it is dismissed or outdated.
let notice = 0;

function tell(text, isError) {
  clearTimeout(notice);
  byId("alert").dataset.kind = isError ? "error" : "news";
  byId("alert-text").textContent = text;
  show("alert", true);
  if (!isError) notice = setTimeout(() => show("alert", false), NOTICE_MS);
}

byId("alert-close").addEventListener("click", () => show("alert", false));

// Tools and keys

function toggleTrail() {
  scene.showsTrail = !scene.showsTrail;
  byId("trail").setAttribute("aria-pressed", String(scene.showsTrail));
  scene.redraw();
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (document.fullscreenEnabled) byId("stage").requestFullscreen();
}

show("fullscreen", document.fullscreenEnabled); // phones of some makers have none

byId("trail").addEventListener("click", toggleTrail);
byId("fullscreen").addEventListener("click", toggleFullscreen);
byId("help-open").addEventListener("click", () => byId("help").showModal());

const keys = {
  r: () => recording.toggle(),
  x: () => recording.askToDiscard(),
  e: () => byId("event-name").focus(),
  q: () => template.enter(),
  p: () => traces.togglePause(),
  t: toggleTrail,
  f: toggleFullscreen,
  c: () => pointing.start(),
  s: () => pointing.finish(),
  escape: () => pointing.leave(),
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", (press) => {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return;
  if (press.target.closest("input:not([type=radio], [type=checkbox]), textarea")) {
    if (press.key === "Escape") press.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const act = keys[press.key.toLowerCase()];
  if (act) act();
  else if (/^[1-9]$/.test(press.key)) events.markAgain(Number(press.key));
  else return;
  press.preventDefault();
});

// What is on the canvas, for whoever checks the page from outside.
Object.defineProperty(window, "gazewireMonitor", {
  get: () => ({ ...scene.shown, pointing: pointing.shown, eyes: eyes.shown, traces: traces.shown, clock: clock.offset }),
});

status.open();
feed.open();
