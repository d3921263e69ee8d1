// All cameras: their state twice a second, recording, and the keyboard.

import { Card } from "/cameras/card.js";

const STATE_EVERY_MS = 500;
const LITTLE_DISK_MB = 2000;

const grid = document.getElementById("grid");
const told = document.getElementById("told");
const record = document.getElementById("record");
const stop = document.getElementById("stop");
const trigger = document.getElementById("trigger");
const keys = document.getElementById("keys");
const cards = [];

function tell(text, isBad = false) {
  told.textContent = text;
  told.classList.toggle("bad", isBad);
}

async function ask(path) {
  try {
    const answer = await fetch(path, { method: "POST" });
    const said = await answer.json();
    tell(said.message ?? said.told ?? "", !answer.ok);
  } catch {
    tell("The program does not answer.", true);
  }
}

function showRecording(recording) {
  record.disabled = recording.active;
  stop.disabled = !recording.active;
  const minutes = Math.floor(recording.seconds / 60);
  const seconds = String(Math.floor(recording.seconds % 60)).padStart(2, "0");
  document.getElementById("recording").textContent =
    recording.active ? `● recording ${minutes}:${seconds} to ${recording.folder}` : "";
  const disk = document.getElementById("disk");
  const free = recording.disk_free_mb;
  disk.textContent = free === null ? "" : `disk: ${(free / 1000).toFixed(1)} GB left`;
  disk.classList.toggle("bad", free !== null && free < LITTLE_DISK_MB);
}

function show({ cameras, recording, view }) {
  if (view.columns) grid.style.setProperty("--columns", view.columns);
  cameras.forEach((camera, number) => {
    if (!cards[number]) {
      cards[number] = new Card(number, view.rate_hz);
      grid.append(cards[number].element);
    }
    cards[number].show(camera);
  });
  trigger.hidden = !cameras.some((camera) => camera.waits);
  showRecording(recording);
}

let isLost = false;

async function refresh() {
  try {
    const answer = await fetch("/api/cameras");
    show(await answer.json());
    if (isLost) tell("");
    isLost = false;
  } catch {
    isLost = true;
    tell("The program does not answer.", true);
  }
  setTimeout(refresh, STATE_EVERY_MS);
}

function current() {
  return cards.findIndex((card) => card.element.contains(document.activeElement));
}

function go(number) {
  cards[(number + cards.length) % cards.length]?.element.focus();
}

// How many cameras are side by side, for the arrows that go up and down.
function columns() {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

const MOVES = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: columns, ArrowUp: () => -columns() };

const KEYS = {
  Enter: (card) => card?.toggleWhole(),
  s: (card) => {
    if (!card) return;
    card.settings.open = !card.settings.open;
    card.settings.querySelector("summary").focus();
  },
  i: (card) => card?.subject.focus(),
  t: () => { if (!trigger.hidden) ask("/api/trigger"); },
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const number = current();
  if (event.ctrlKey && event.shiftKey && key === "r") { event.preventDefault(); ask("/api/record"); return; }
  if (event.ctrlKey && event.shiftKey && key === "e") { event.preventDefault(); ask("/api/stop"); return; }
  if (event.ctrlKey && key === "f") { event.preventDefault(); document.body.classList.toggle("bare"); return; }
  if (event.ctrlKey || event.altKey || event.metaKey || keys.open) return;
  if (key === "Escape" && number >= 0) { go(number); return; }
  // Fields and buttons have keys of their own.
  if (event.target.closest("input, select, button, summary")) return;
  if (/^[1-9]$/.test(key)) { if (Number(key) <= cards.length) go(Number(key) - 1); return; }
  if (key in MOVES) { event.preventDefault(); go(number < 0 ? 0 : number + MOVES[key]()); return; }
  if (key in KEYS) { event.preventDefault(); KEYS[key](cards[number]); }
});

record.addEventListener("click", () => ask("/api/record"));
stop.addEventListener("click", () => ask("/api/stop"));
trigger.addEventListener("click", () => ask("/api/trigger"));
document.getElementById("help").addEventListener("click", () => keys.showModal());

refresh();
