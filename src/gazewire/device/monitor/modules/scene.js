// The stage: the scene picture, and on it the gaze of the moment at which the picture was taken.

import { milliseconds } from "./clock.js";
import { Demand, decode } from "./pictures.js";

const TRAIL_NS = 400_000_000n;
const STALLED_MS = 2_000;
const RATE_WINDOW_MS = 2_000;
const QUALITY_WINDOW_MS = 10_000;
// Without a scene camera there is nothing to tell the size of the scene: that of Neon.
const EMPTY_SCENE = { width: 1600, height: 1200 };

const GAZE_COLOUR = "#d55e00"; // vermillion of Okabe and Ito, told apart by all eyes
// Widths of lines; dark and light edges stand out on anything.
const COLOURS = [["#16191d", 7], ["#fff", 5], [GAZE_COLOUR, 3]];

const MARK_COLOUR = "#f0b24c";

export class Scene {
  showsTrail = true;
  // What somebody points at, and with what: places in the picture, 0 to 1 from the bottom left.
  mark = null;
  cursor = null;
  // What is on the canvas; see `shown`.
  #picture = null;
  #gaze = null;
  #view = { x: 0, y: 0, scale: 1 };
  #count = 0;

  #waiting = [];
  #shownLast = []; // {at, delay}, milliseconds, of the last while
  #hasCamera = true;
  #canvas;
  #context;
  #demand;
  #track;
  #clock;
  #isDrawing = false;

  // `ask` asks the device for one picture; `track` is the gaze, and `clock` the device's.
  constructor(canvas, ask, track, clock) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#demand = new Demand(ask);
    this.#track = track;
    this.#clock = clock;
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  // A new connection knows of nothing that was asked for.
  connect() {
    this.#demand.clear();
  }

  set hasCamera(hasCamera) {
    this.#hasCamera = hasCamera;
    if (hasCamera) this.#demand.fill();
    this.redraw();
  }

  // Forget what was going on; the last picture stays.
  disconnect() {
    for (const { image } of this.#waiting) image.close();
    this.#waiting = [];
    this.#shownLast = [];
  }

  async take(buffer) {
    let picture;
    try {
      picture = await decode(buffer);
    } catch {
      this.#settle(); // a broken picture is left out
      return;
    }
    this.#waiting.push(picture);
    this.#waiting.sort((a, b) => (a.t < b.t ? -1 : 1)); // decoding may overtake
    this.redraw();
  }

  // What others may know

  get hasCamera() {
    return this.#hasCamera;
  }

  get hasData() {
    return this.#picture !== null || this.#track.newest !== null;
  }

  get isStalled() {
    const last = this.#shownLast.at(-1);
    return this.#hasCamera && last !== undefined && performance.now() - last.at > STALLED_MS;
  }

  get isWorn() {
    return this.#gaze?.worn ?? true;
  }

  // Width and height of the scene in its pixels.
  get size() {
    return this.#picture ?? EMPTY_SCENE;
  }

  // Pictures a second, or null.
  get rate() {
    const recent = this.#lastOf(RATE_WINDOW_MS);
    const [first, last] = [recent[0], recent.at(-1)];
    return last?.at > first?.at ? ((recent.length - 1) * 1_000) / (last.at - first.at) : null;
  }

  // What the pictures of the last two seconds took from exposure to screen: their median; or null.
  get delay() {
    const delays = this.#delaysOf(RATE_WINDOW_MS).sort((a, b) => a - b);
    return delays[delays.length >> 1] ?? null;
  }

  // The same for each picture of the last ten seconds.
  get delays() {
    return this.#delaysOf(QUALITY_WINDOW_MS);
  }

  #lastOf(window) {
    const now = performance.now();
    return this.#shownLast.filter(({ at }) => now - at < window);
  }

  #delaysOf(window) {
    return this.#lastOf(window).flatMap(({ delay }) => (delay === null ? [] : [delay]));
  }

  // What is drawn at present, as strings where JavaScript's numbers are too short. A scene pixel
  // (x, y) is at (view.x + view.scale * x, view.y + view.scale * y) of the canvas.
  get shown() {
    const [point] = this.#gaze?.points ?? [];
    return {
      pictures: this.#count,
      pictureTimestamp: this.#picture && String(this.#picture.t),
      gaze: this.#gaze && {
        timestamp: String(this.#gaze.t),
        x: point ? String(point[0]) : null,
        y: point ? String(point[1]) : null,
        worn: this.#gaze.worn,
      },
      view: { ...this.#view },
    };
  }

  // What of the scene is in a place of the window: {place, t}, as above, and the instant of the
  // picture, BigInt nanoseconds; null outside of the picture.
  at(clientX, clientY) {
    if (!this.#picture) return null;
    const { left, top, width } = this.#canvas.getBoundingClientRect();
    const ratio = this.#canvas.width / width;
    const { x, y, scale } = this.#view;
    const place = [
      ((clientX - left) * ratio - x) / scale / this.#picture.width,
      1 - ((clientY - top) * ratio - y) / scale / this.#picture.height,
    ];
    return place.every((part) => part >= 0 && part <= 1) ? { place, t: this.#picture.t } : null;
  }

  // The instant of the picture that is shown, or null.
  get time() {
    return this.#picture?.t ?? null;
  }

  // Drawing

  redraw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#advance();
      this.#draw();
    });
  }

  #resize() {
    const ratio = Math.min(devicePixelRatio, 2);
    this.#canvas.width = Math.round(this.#canvas.clientWidth * ratio);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * ratio);
    this.#draw();
  }

  // Go on to the newest picture whose gaze is here.
  #advance() {
    while (this.#waiting.length && this.#isReady(this.#waiting[0])) {
      this.#goOnTo(this.#waiting.shift());
      this.#settle();
    }
    if (this.#waiting.length) this.redraw();
    this.#gaze = this.#hasCamera
      ? this.#picture && this.#track.nearest(this.#picture.t)
      : this.#track.newest;
  }

  #goOnTo(picture) {
    const { width, height } = this.#picture ?? {};
    if (width !== picture.width || height !== picture.height) {
      const shape = picture.width / picture.height;
      document.documentElement.style.setProperty("--shape", shape);
    }
    this.#picture?.image.close();
    this.#picture = picture;
    this.#count += 1;
    const now = this.#clock.now();
    const delay = now === null ? null : Math.max(0, now - milliseconds(picture.t));
    this.#shownLast = [...this.#lastOf(QUALITY_WINDOW_MS), { at: performance.now(), delay }];
  }

  // Its gaze may be later than itself, and later still where the source makes its records in
  // portions and is short of time. So a picture waits as long as gaze is coming at all.
  #isReady({ t }) {
    return this.#track.reaches(t) || !this.#track.isFlowing;
  }

  #settle() {
    this.#demand.settle();
    this.#demand.fill();
  }

  #draw() {
    const context = this.#context;
    const { width, height } = this.#canvas;
    context.fillStyle = "#0b0d10";
    context.fillRect(0, 0, width, height);
    const scene = this.#hasCamera ? this.#picture : EMPTY_SCENE;
    if (!scene) return;
    const scale = Math.min(width / scene.width, height / scene.height);
    const across = scale * scene.width;
    const down = scale * scene.height;
    const [left, top] = [Math.round((width - across) / 2), Math.round((height - down) / 2)];
    // The origin of scene pixels is the centre of the first one.
    this.#view = { x: left + scale / 2, y: top + scale / 2, scale };
    if (scene.image) context.drawImage(scene.image, left, top, across, down);
    else drawEmptyScene(context, left, top, across, down);
    context.lineCap = context.lineJoin = "round";
    // A pixel of the page, or more where the page is large.
    const unit = Math.max(width / this.#canvas.clientWidth, Math.min(across, down) / 500);
    this.#drawGaze(unit, { left, top, across, down });
    const placed = ([x, y]) => this.#onCanvas([x * scene.width, (1 - y) * scene.height]);
    if (this.mark) drawMark(context, ...placed(this.mark), unit);
    if (this.cursor) drawCursor(context, ...placed(this.cursor), unit);
  }

  #drawGaze(unit, { left, top, across, down }) {
    if (!this.#gaze) return;
    const context = this.#context;
    if (this.showsTrail) this.#drawTrail(unit);
    for (const point of this.#gaze.points) {
      const [x, y] = this.#onCanvas(point);
      const isInside = x >= left && x <= left + across && y >= top && y <= top + down;
      if (isInside) drawRing(context, x, y, unit, this.#gaze.worn);
      else drawArrow(context, x, y, unit, { left, top, across, down });
    }
  }

  #onCanvas([x, y]) {
    return [this.#view.x + this.#view.scale * x, this.#view.y + this.#view.scale * y];
  }

  // Where the gaze has been, fading towards the past.
  #drawTrail(unit) {
    const trail = this.#track.until(this.#gaze.t, TRAIL_NS);
    const context = this.#context;
    for (const [colour, width] of COLOURS.slice(1)) {
      context.strokeStyle = colour;
      context.lineWidth = 0.8 * width * unit;
      for (let index = 1; index < trail.length; index += 1) {
        const ends = [trail[index - 1], trail[index]];
        if (!ends.every(({ worn, points }) => worn && points.length === 1)) continue;
        const [from, to] = ends.map(({ points }) => this.#onCanvas(points[0]));
        context.globalAlpha = (0.8 * index) / trail.length;
        context.beginPath();
        context.moveTo(...from);
        context.lineTo(...to);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }
}

function drawEmptyScene(context, left, top, across, down) {
  context.fillStyle = "#1b2026";
  context.fillRect(left, top, across, down);
  context.strokeStyle = "#2c343d";
  context.lineWidth = 1;
  context.beginPath();
  for (let part = 1; part < 8; part += 1) {
    context.moveTo(left + (across * part) / 8, top);
    context.lineTo(left + (across * part) / 8, top + down);
    if (part > 5) continue;
    context.moveTo(left, top + (down * part) / 6);
    context.lineTo(left + across, top + (down * part) / 6);
  }
  context.stroke();
}

// Stroke the same path in each colour, wide to narrow.
function strokeEdged(context, unit, path) {
  for (const [colour, width] of COLOURS) {
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    context.stroke(path);
  }
}

// A ring with a point in its middle; dashed and empty where the glasses are not worn.
function drawRing(context, x, y, unit, isWorn) {
  const radius = 17 * unit;
  const ring = new Path2D();
  ring.arc(x, y, radius, 0, 2 * Math.PI);
  if (!isWorn) {
    const dash = (2 * Math.PI * radius) / 16;
    context.lineCap = "butt";
    context.setLineDash([dash, dash]);
  }
  strokeEdged(context, unit, ring);
  context.setLineDash([]);
  if (!isWorn) return;
  for (const [colour, width] of COLOURS) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, width * unit * 0.55, 0, 2 * Math.PI);
    context.fill();
  }
}

// What somebody has clicked on: a circle that leaves it to be seen.
function drawMark(context, x, y, unit) {
  const mark = new Path2D();
  mark.arc(x, y, 24 * unit, 0, 2 * Math.PI);
  strokeBright(context, unit, mark);
}

// What somebody moves by keys to point with.
function drawCursor(context, x, y, unit) {
  const cross = new Path2D();
  for (const [across, down] of [[1, 0], [0, 1]]) {
    for (const side of [-1, 1]) {
      cross.moveTo(x + side * across * 5 * unit, y + side * down * 5 * unit);
      cross.lineTo(x + side * across * 18 * unit, y + side * down * 18 * unit);
    }
  }
  strokeBright(context, unit, cross);
}

function strokeBright(context, unit, path) {
  for (const [colour, width] of [["#16191d", 5], [MARK_COLOUR, 2.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    context.stroke(path);
  }
}

// Gaze outside of the picture: an arrow at its border.
function drawArrow(context, x, y, unit, { left, top, across, down }) {
  const margin = 14 * unit;
  const tipX = Math.min(Math.max(x, left + margin), left + across - margin);
  const tipY = Math.min(Math.max(y, top + margin), top + down - margin);
  context.save();
  context.translate(tipX, tipY);
  context.rotate(Math.atan2(y - tipY, x - tipX));
  const arrow = new Path2D();
  arrow.moveTo(-10 * unit, -10 * unit);
  arrow.lineTo(4 * unit, 0);
  arrow.lineTo(-10 * unit, 10 * unit);
  strokeEdged(context, unit, arrow);
  context.restore();
}
