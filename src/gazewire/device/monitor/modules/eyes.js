// The eyes: the newest picture of both, each in a frame of its own, with the pupil's diameter.

import { byId, show } from "./dom.js";
import { Demand, decode } from "./pictures.js";

const SIDES = ["left", "right"]; // as the halves of a picture are

export class EyePanel {
  #picture = null;
  #count = 0;
  #hasCameras = false;
  #isConnected = false;
  #isInView = false;
  #isDrawing = false;
  #demand;
  #track;
  #contexts = SIDES.map((side) => byId(`eye-${side}`).getContext("2d", { alpha: false }));

  // `ask` asks the device for one picture; `track` is the gaze that tells the diameters.
  constructor(ask, track) {
    this.#demand = new Demand(ask);
    this.#track = track;
    // What is folded away or scrolled out of view is not asked for.
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#isInView = isIntersecting;
      this.#askForMore();
    }).observe(byId("eye-pictures"));
  }

  // A new connection knows of nothing that was asked for.
  connect() {
    this.#isConnected = true;
    this.#demand.clear();
  }

  set hasCameras(hasCameras) {
    this.#hasCameras = hasCameras;
    show("eye-pictures", hasCameras);
    show("eyes-none", !hasCameras);
    this.#askForMore();
  }

  disconnect() {
    this.#isConnected = false;
  }

  async take(buffer) {
    const picture = await decode(buffer).catch(() => null); // a broken one is left out
    if (picture && this.#picture && picture.t < this.#picture.t) picture.image.close(); // overtaken
    else if (picture) this.#replace(picture);
    this.#demand.settle();
    this.#draw();
  }

  // Tell the diameters. Called a few times a second: numbers that change faster are not read.
  refresh() {
    const pupils = this.#isConnected && this.#track.isFlowing ? this.#track.newest.pupils : null;
    SIDES.forEach((side, index) => {
      const mm = pupils?.[index] ?? null; // of an eye that was not measured
      byId(`pupil-${side}`).textContent = mm === null ? "–" : `${mm.toFixed(2)} mm`;
    });
    byId("eyes-terse").textContent = this.#words(pupils);
  }

  // What is shown, as strings where JavaScript's numbers are too short.
  get shown() {
    return { pictures: this.#count, pictureTimestamp: this.#picture && String(this.#picture.t) };
  }

  #words(pupils) {
    if (this.#isConnected && !this.#hasCameras) return "No cameras";
    return pupils ? `${pupils.map((mm) => mm?.toFixed(1) ?? "–").join(" · ")} mm` : "";
  }

  #askForMore() {
    if (this.#isConnected && this.#hasCameras && this.#isInView) this.#demand.fill();
  }

  #replace(picture) {
    this.#picture?.image.close();
    this.#picture = picture;
    this.#count += 1;
  }

  // Nothing is drawn, and so nothing asked for, while the page is in the background.
  #draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      if (this.#picture) this.#contexts.forEach((context, index) => drawHalf(context, this.#picture.image, index));
      this.#askForMore();
    });
  }
}

function drawHalf(context, image, index) {
  const { canvas } = context;
  const half = image.width / 2;
  if (canvas.width !== half || canvas.height !== image.height) {
    [canvas.width, canvas.height] = [half, image.height];
  }
  context.drawImage(image, index * half, 0, half, image.height, 0, 0, half, image.height);
}
