// A chart that scrolls: lanes one above the other, now at the right.
//
// Lines are drawn when their data come, once, into a picture somewhat wider than the chart that is
// used in a ring: each instant has a column of its own, and the chart shows the columns of the last
// seconds by copying them. So its cost does not depend on how much there is to see.

const SPARE = 0.2; // of the width: columns ahead of now, which data may reach already
const LONGEST_LINE_MS = 100; // between data further apart there is none
const PADDING = 4; // above and below the lines of a lane
const EVENTS_HEIGHT = 20;
const EVENTS_GAP = 6;

export class Chart {
  spanMs = 10_000;
  #lanes = [];
  #drawn = new Map(); // lane → number of its first datum that is not drawn
  #canvas;
  #context;
  #ring = document.createElement("canvas");
  #ink = this.#ring.getContext("2d");
  #cleared = 0; // columns are free up to here
  #ratio = 1;
  #isStale = true;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  // Top to bottom, below the eye events.
  set lanes(lanes) {
    this.#lanes = lanes;
    this.#isStale = true;
  }

  // Everything is to be drawn anew.
  invalidate() {
    this.#isStale = true;
  }

  resize() {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#ratio = Math.min(devicePixelRatio, 2);
    this.#canvas.width = Math.round(clientWidth * this.#ratio);
    this.#canvas.height = Math.round(clientHeight * this.#ratio);
    this.#ring.width = Math.ceil(this.#canvas.width * (1 + SPARE));
    this.#ring.height = this.#canvas.height;
    this.#isStale = true;
  }

  // Whether painting the time until `now` would show anything new, after that until `before`.
  moves(before, now) {
    if (this.#isStale || this.#column(now) !== this.#column(before)) return true;
    return this.#lanes.some((lane) => lane.samples.after(now) > (this.#drawn.get(lane) ?? 0));
  }

  // Draw what came, and show the time until `now`, in milliseconds.
  //
  // `events` are {kind, start, end} of the eyes, an end of null being still to come, and `marks`
  // {t, name}; `cursor` is an instant to point at, or null. `style` has the colours.
  paint(now, { events, marks, cursor, style }) {
    if (!this.#canvas.width || !this.#canvas.height) return;
    this.#drawNew(now, style);
    const context = this.#context;
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    this.#paintBlinks(now, events, style);
    this.#paintGrid(style);
    const end = this.#column(now);
    for (const ring of this.#copies(end - width, end)) {
      context.drawImage(this.#ring, ring.from, 0, ring.width, height, ring.at, 0, ring.width, height);
    }
    this.#paintEvents(now, events, style);
    this.#paintMarks(now, marks, style);
    if (cursor !== null) this.#paintCursor(now, cursor, style);
  }

  // The instant at a place of the chart, in pixels of the page, when it shows the time until `now`.
  timeAt(x, now) {
    return now - this.spanMs * (1 - x / this.#canvas.clientWidth);
  }

  // Where the scale of a lane begins and how high it is, in pixels of the canvas.
  placeOf(index) {
    const { top, height } = this.#laneAt(index);
    return { top, height };
  }

  // Columns

  #x(t) {
    return (t * this.#canvas.width) / this.spanMs;
  }

  #column(t) {
    return Math.round(this.#x(t));
  }

  // Where columns are in the ring, and how far from the first of them.
  #copies(from, to) {
    const size = this.#ring.width;
    const parts = [];
    for (let column = from; column < to; ) {
      const at = ((column % size) + size) % size;
      const width = Math.min(size - at, to - column);
      parts.push({ from: at, width, at: column - from });
      column += width;
    }
    return parts;
  }

  // Lines

  #drawNew(now, style) {
    const spare = Math.floor(this.#ring.width - this.#canvas.width);
    const end = this.#column(now);
    if (this.#isStale || end + spare - this.#cleared > this.#ring.width) {
      this.#ink.clearRect(0, 0, this.#ring.width, this.#ring.height);
      this.#drawn.clear();
      this.#isStale = false;
    } else {
      for (const { from, width } of this.#copies(this.#cleared, end + spare)) {
        this.#ink.clearRect(from, 0, width, this.#ring.height);
      }
    }
    this.#cleared = end + spare;
    const oldest = now - this.spanMs;
    const newest = now + (this.spanMs * SPARE) / 2;
    this.#ink.lineWidth = 1.5 * this.#ratio;
    this.#ink.lineJoin = "round";
    this.#lanes.forEach((lane, index) => {
      const { samples } = lane;
      if (Number.isNaN(lane.range[0])) return; // not known yet
      const from = Math.max(this.#drawn.get(lane) ?? 0, samples.after(oldest));
      const to = samples.after(newest);
      if (from >= to) return;
      this.#drawn.set(lane, to);
      const before = from > samples.first && samples.time(from - 1) >= oldest ? from - 1 : from;
      const edge = Math.floor(this.#x(samples.time(before))) - 1;
      this.#drawLines(lane, { from, to, edge }, this.#laneAt(index), style);
    });
  }

  // What is drawn in a column is drawn at once, or its pixels would be the darker for each time.
  // So all from `edge` on is drawn anew, which is where the last line ended.
  #drawLines(lane, { from, to, edge }, { top, height, each }, style) {
    const { samples } = lane;
    let first = from;
    while (first > samples.first && this.#x(samples.time(first)) > edge - 2) first -= 1;
    const paths = lane.series.map((_, which) => {
      return this.#lineOf(lane, which, first, to, { left: edge, top, height });
    });
    const end = Math.ceil(this.#x(samples.time(to - 1))) + 2;
    const above = (each - height) / 2;
    for (const { from: x, width, at } of this.#copies(edge, end)) {
      this.#ink.save();
      this.#ink.beginPath();
      this.#ink.rect(x, top - above, width, each);
      this.#ink.clip();
      this.#ink.clearRect(x, top - above, width, each);
      this.#ink.translate(x - at, 0);
      paths.forEach((path, which) => {
        this.#ink.strokeStyle = style.series[which];
        this.#ink.stroke(path);
      });
      this.#ink.restore();
    }
  }

  #lineOf({ samples, range: [low, high] }, which, from, to, { left, top, height }) {
    const path = new Path2D();
    let before = -Infinity;
    for (let number = from; number < to; number += 1) {
      const t = samples.time(number);
      const value = samples.value(number, which);
      if (Number.isNaN(value)) continue;
      const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
      const [x, y] = [this.#x(t) - left, top + height * (1 - share)];
      if (t - before > LONGEST_LINE_MS) path.moveTo(x, y);
      else path.lineTo(x, y);
      before = t;
    }
    return path;
  }

  #laneAt(index) {
    const above = (EVENTS_HEIGHT + EVENTS_GAP) * this.#ratio;
    const each = (this.#canvas.height - above) / this.#lanes.length;
    const padding = PADDING * this.#ratio;
    return { top: above + index * each + padding, height: each - 2 * padding, each };
  }

  // What is not in the ring, because there is little of it

  #across(t, now) {
    return this.#canvas.width - this.#x(now) + this.#x(t);
  }

  #stretch({ start, end }, now) {
    const from = Math.max(0, this.#across(start, now));
    const to = Math.min(this.#canvas.width, end === null ? this.#canvas.width : this.#across(end, now));
    return [from, to - from];
  }

  #paintBlinks(now, events, style) {
    this.#context.fillStyle = style.blink;
    for (const event of events) {
      if (event.kind !== "blink") continue;
      const [x, width] = this.#stretch(event, now);
      if (width > 0) this.#context.fillRect(x, 0, width, this.#canvas.height);
    }
  }

  #paintGrid(style) {
    const context = this.#context;
    const { width, height } = this.#canvas;
    context.fillStyle = style.line;
    const thin = Math.max(1, Math.round(this.#ratio / 2));
    for (let second = 2_000; second < this.spanMs; second += 2_000) {
      context.fillRect(Math.round(width * (1 - second / this.spanMs)), 0, thin, height);
    }
    this.#lanes.forEach((_, index) => {
      const { top, each } = this.#laneAt(index);
      context.fillRect(0, Math.round(top - PADDING * this.#ratio), width, thin);
      const isLast = index === this.#lanes.length - 1;
      if (isLast) context.fillRect(0, height - thin, width, thin);
      context.globalAlpha = 0.5;
      context.fillRect(0, Math.round(top - PADDING * this.#ratio + each / 2), width, thin);
      context.globalAlpha = 1;
    });
  }

  // Told apart by their shape: fixations are low and long, saccades high and short, blinks go
  // through all lanes.
  #paintEvents(now, events, style) {
    const context = this.#context;
    const unit = this.#ratio;
    const middle = (EVENTS_HEIGHT / 2) * unit;
    for (const event of events) {
      const [x, width] = this.#stretch(event, now);
      if (width <= 0) continue;
      context.fillStyle = style[event.kind === "blink" ? "lid" : event.kind];
      const half = { fixation: 3, saccade: 8, blink: 6 }[event.kind] * unit;
      const gap = event.kind === "fixation" ? unit : 0;
      context.beginPath();
      context.roundRect(x + gap, middle - half, Math.max(2 * unit, width - 2 * gap), 2 * half, 2 * unit);
      context.fill();
    }
  }

  #paintMarks(now, marks, style) {
    const context = this.#context;
    const unit = this.#ratio;
    context.font = `600 ${11 * unit}px ${style.font}`;
    context.textBaseline = "top";
    for (const { t, name } of marks) {
      const x = Math.round(this.#across(t, now));
      if (x < 0 || x > this.#canvas.width) continue;
      context.fillStyle = style.text;
      context.fillRect(x, 0, Math.max(1, unit), this.#canvas.height);
      const wide = context.measureText(name).width + 8 * unit;
      const left = x + wide > this.#canvas.width ? x - wide : x;
      const top = (EVENTS_HEIGHT + EVENTS_GAP) * unit;
      context.fillRect(left, top, wide, 16 * unit);
      context.fillStyle = style.surface;
      context.fillText(name, left + 4 * unit, top + 3 * unit);
    }
  }

  #paintCursor(now, cursor, style) {
    this.#context.fillStyle = style.accent;
    const x = Math.round(this.#across(cursor, now));
    this.#context.fillRect(x, 0, Math.max(1, this.#ratio), this.#canvas.height);
  }
}
