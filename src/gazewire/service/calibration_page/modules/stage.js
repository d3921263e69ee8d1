// What the wearer sees: an empty screen with one marker.

import { byId } from "./dom.js";

// Side of the picture of the marker, with its ground, as part of the shorter side of the window:
// a marker of the scale 1 is an eighth across.
const SIDE = 1.4 / 8;

export class Stage {
  #shown = "";
  #stage = byId("stage");
  #marker = byId("stage-marker");
  #say;

  // `say` is told {run, target} when a target is there.
  constructor(say) {
    this.#say = say;
    addEventListener("resize", () => this.#state && this.show(this.#state));
  }

  #state = null;

  get isOpen() {
    return !this.#stage.hidden;
  }

  hide() {
    this.#stage.hidden = true;
    this.#state = null;
    this.#shown = "";
  }

  // Show what the state of a collection wants to be shown.
  show(state) {
    this.#state = state;
    const { display, run, target, targets } = state;
    const place = display.shows === "targets" ? targets[target]?.place : [0.5, 0.5];
    const side = Math.min(innerWidth, innerHeight) * SIDE * display.marker_scale;
    this.#stage.hidden = false;
    this.#marker.hidden = !place;
    byId("stage-note").textContent = state.note ?? "";
    const done = targets.filter(({ state }) => state === "done").length;
    byId("stage-progress").textContent = `${done} of ${targets.length}`;
    if (!place) return;
    const [x, y] = place;
    this.#stage.dataset.below = y < 0.2;
    this.#marker.style.setProperty("--side", `${side}px`);
    this.#marker.style.setProperty("--x", `${side / 2 + x * (innerWidth - side)}px`);
    this.#marker.style.setProperty("--y", `${side / 2 + (1 - y) * (innerHeight - side)}px`);
    const name = `${run}/${target}`;
    if (this.#shown === name) return;
    this.#shown = name;
    this.#arrive({ run, target }, name);
  }

  async #arrive(what, name) {
    const marker = this.#marker;
    marker.classList.remove("arrives");
    void marker.offsetWidth; // so that the animation begins anew
    marker.classList.add("arrives");
    await Promise.all(marker.getAnimations().map(({ finished }) => finished.catch(() => {})));
    // The repaint after the next one is on the screen.
    await nextRepaint();
    await nextRepaint();
    if (this.#shown === name && what.target !== null) this.#say(what);
  }
}

function nextRepaint() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
