// The page put together: two connections to the device, and what each of their messages changes.

import { Connection } from "./monitor/connection.js";
import { DevicePanel } from "./monitor/device.js";
import { byId, show } from "./monitor/dom.js";
import { EventPanel } from "./monitor/events.js";
import { RecordingPanel } from "./monitor/recording.js";
import { Scene } from "./monitor/scene.js";

const NOTICE_MS = 5_000; // how long good news stay
const REFRESH_MS = 250;

const status = new Connection("/api/status");
const feed = new Connection("/monitor/feed", { isChatty: true });

const device = new DevicePanel();
const recording = new RecordingPanel(tell);
const events = new EventPanel(tell);
const scene = new Scene(byId("scene"), () => feed.send("shown"));

// Status

const showComponent = {
  Phone: (phone) => device.showPhone(phone),
  Hardware: (hardware) => device.showHardware(hardware),
  Sensor: (sensor) => device.showSensor(sensor),
  Recording: (component) => recording.showRecording(component),
  Event: (event) => events.showEvent(event),
};

status.addEventListener("open", () => {
  device.clear();
  recording.isConnected = events.isConnected = true;
  showConnection();
});
status.addEventListener("close", () => {
  recording.isConnected = events.isConnected = false;
  showConnection();
});
status.addEventListener("message", ({ data }) => {
  const { model, data: component } = JSON.parse(data);
  showComponent[model]?.(component);
});

// Feed

feed.addEventListener("open", showConnection);
feed.addEventListener("close", () => {
  scene.interrupt();
  showConnection();
  // A device that fell silent has left both.
  status.restart();
});
feed.addEventListener("message", ({ data }) => scene.take(data));

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
  const { pictures, gaze, delay } = scene.rates;
  byId("picture-rate").textContent = pictures === null ? "–" : pictures.toFixed(1);
  byId("gaze-rate").textContent = gaze === null ? "–" : Math.round(gaze);
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
  t: toggleTrail,
  f: toggleFullscreen,
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", (press) => {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return;
  if (press.target.closest("input")) {
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
Object.defineProperty(window, "gazewireMonitor", { get: () => scene.shown });

status.open();
feed.open();
