// One camera: its image, boxes, figures, subject.

import { openControls } from "/cameras/controls.js";

const SVG = "http://www.w3.org/2000/svg";
const STALE_AFTER_FAILURE_MS = 1000;

export class Card {
  constructor(number, rateHz) {
    this.number = number;
    this.element = document.getElementById("camera").content.cloneNode(true).querySelector("article");
    this.image = this.element.querySelector("img");
    this.subject = this.element.querySelector(".subject input");
    this.settings = this.element.querySelector("details");
    this.subject.addEventListener("change", () => this.saveSubject());
    this.settings.addEventListener("toggle", () => {
      if (this.settings.open) openControls(number, this.settings.querySelector(".controls"));
    });
    this.element.addEventListener("dblclick", (event) => {
      if (event.target.closest(".view")) this.toggleWhole();
    });
    this.showImages(1000 / rateHz);
  }

  // The next image is asked for when the last one is there: whoever is slow sees fewer.
  showImages(everyMs) {
    const again = () => setTimeout(() => {
      if (document.hidden) return again();
      this.image.src = `/api/cameras/${this.number}/preview.jpg?at=${Date.now()}`;
    }, everyMs);
    this.image.addEventListener("load", again);
    this.image.addEventListener("error", () => setTimeout(again, STALE_AFTER_FAILURE_MS));
    again();
  }

  toggleWhole() {
    this.element.classList.toggle("whole");
  }

  async saveSubject() {
    const answer = await fetch(`/api/cameras/${this.number}/subject`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ subject: this.subject.value }),
    });
    this.subject.setCustomValidity(answer.ok ? "" : (await answer.json()).message);
    this.subject.reportValidity();
  }

  show(camera) {
    const find = (name) => this.element.querySelector(name);
    this.element.classList.toggle("gone", !camera.connected);
    this.element.setAttribute("aria-label", camera.name);
    find("h2").textContent = camera.name;
    find(".state").textContent = !camera.connected ? "gone" : camera.recording ? "● rec" : "";
    find(".rate").textContent = `${camera.fps.toFixed(1)} a second`;
    this.image.alt = `What ${camera.name} sees`;
    if (document.activeElement !== this.subject) this.subject.value = camera.subject;
    this.subject.disabled = camera.recording !== null;
    drawBoxes(find("svg"), camera);
    find(".figures").replaceChildren(...figures(camera));
  }
}

function figures(camera) {
  const lost = Object.entries(camera.dropped).filter(([, count]) => count);
  return [
    ...row("images", `${camera.frames}, ${camera.width}×${camera.height}`),
    ...row("lost", lost.map(([cause, count]) => `${cause} ${count}`).join(", ") || "none", lost.length > 0),
    ...row("readers", String(camera.subscribers)),
    ...row("sockets", `${camera.images} ${camera.boxes_address}`),
    ...(camera.malformed ? row("malformed", String(camera.malformed), true) : []),
    ...(camera.recording ? row("written", `${camera.recorded} in ${camera.recording.split(/[\\/]/).pop()}`) : []),
    ...(camera.told ? row("recording", camera.told, true) : []),
    ...camera.clients.flatMap((client) =>
      row(client.name, `answers after ${client.latency_p50_ms.toFixed(1)} ms, p99 ${client.latency_p99_ms.toFixed(1)} ms`)),
  ];
}

function row(term, text, isBad = false) {
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = term;
  value.textContent = text;
  value.classList.toggle("bad", isBad);
  return [name, value];
}

function drawBoxes(svg, camera) {
  svg.setAttribute("viewBox", `0 0 ${camera.width} ${camera.height}`);
  svg.replaceChildren(...camera.boxes.flatMap((box) => {
    const [x1, y1] = box.TOP_LEFT;
    const [x2, y2] = box.BOTTOM_RIGHT;
    const isPoint = x1 === x2 && y1 === y2;
    const shape = isPoint
      ? element("circle", { cx: x1, cy: y1, r: camera.width / 160 })
      : element("rect", { x: x1, y: y1, width: x2 - x1, height: y2 - y1 });
    const label = box.LABEL ?? "";
    const size = camera.width / 40;
    return label ? [shape, element("text", { x: x1, y: y1 - size / 4, "font-size": size }, label)] : [shape];
  }));
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
