// Traces: the chart of gaze, pupils and inertial data, with what the eyes did, and its legend.

import { Chart } from "./chart.js";
import { milliseconds } from "./clock.js";
import { byId, element } from "./dom.js";
import { COLOURS, accelLane, gazeLane, gyroLane, pupilLane } from "./lanes.js";

// What is shown is so old, so that nearly all that was measured until then has come. Where a device
// is short of time its data are older, by whole seconds, and so is what is shown.
const LAG_MS = 100;
const LAG_STEP_MS = 1_000;
const LAG_WINDOW_MS = 4_000;
const NARROW_PX = 480;
const SPANS_MS = { narrow: 6_000, wide: 10_000 };
const KEPT_MS = 120_000;
const FRESH_MS = 500;
const NEAR_MS = 30; // a value further from the cursor is not that of its instant
const CALM_INTERVAL_MS = 250; // for those who asked for less motion
const FIT_EVERY_MS = 400;
const SHRINK_AFTER_MS = 5_000;

export class Traces {
  #lanes = { gaze: gazeLane(), pupils: pupilLane(), gyro: gyroLane(), accel: accelLane() };
  #has = { gaze: false, pupils: false, gyro: false, accel: false };
  #events = [];
  #marks = [];
  #chart;
  #canvas = byId("chart");
  #clock;
  #sceneSize = { width: 1600, height: 1200 };
  #shownUntil = -Infinity;
  #fittedAt = -Infinity;
  #lag = LAG_MS;
  // How late the latest of the data came, in this window and the last.
  #worst = 0;
  #worstBefore = 0;
  #windowEnd = 0;
  #pausedAt = null;
  #isHeld = false; // by the pointer
  #isPaused = false; // by a key or the button
  #cursor = null; // pixels of the page
  #isInView = false;
  #isSized = false;
  #style = null;

  constructor(clock) {
    this.#clock = clock;
    this.#chart = new Chart(this.#canvas);
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#isInView = isIntersecting;
      if (isIntersecting) this.#run();
    }).observe(this.#canvas);
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#restyle());
    this.#canvas.addEventListener("pointermove", (move) => this.#hold(move));
    this.#canvas.addEventListener("pointerdown", (press) => this.#hold(press));
    this.#canvas.addEventListener("pointerleave", () => this.#letGo());
    byId("pause").addEventListener("click", () => this.togglePause());
  }

  // What came before is of another device, or of another time.
  connect() {
    this.#events = [];
    this.#lag = LAG_MS;
    this.#worst = this.#worstBefore = 0;
    this.#label();
    for (const { samples } of Object.values(this.#lanes)) samples.clear();
    this.#chart.invalidate();
  }

  // Those that will be told of.
  set sensors(sensors) {
    const hasImu = sensors.includes("imu");
    this.#has = { ...this.#has, gaze: sensors.includes("gaze"), gyro: hasImu, accel: hasImu };
    this.#layOut();
  }

  takeGaze(batch) {
    const { gaze, pupils } = this.#lanes;
    for (const datum of batch) {
      const t = milliseconds(BigInt(datum.t));
      const isOne = datum.points.length === 1;
      gaze.samples.add(t, isOne ? datum.points[0] : [NaN, NaN]);
      // An eye that was not measured is null.
      if (datum.pupils) pupils.samples.add(t, datum.pupils.map((mm) => mm ?? NaN));
    }
    this.#arrived(gaze.samples);
    if (this.#has.pupils !== pupils.samples.count > 0) {
      this.#has.pupils = pupils.samples.count > 0;
      this.#layOut();
    }
  }

  takeImu(batch) {
    const { gyro, accel } = this.#lanes;
    for (const datum of batch) {
      const t = milliseconds(BigInt(datum.t));
      gyro.samples.add(t, datum.gyro);
      accel.samples.add(t, datum.accel);
    }
    this.#arrived(gyro.samples);
  }

  takeEyeEvents(events) {
    for (const { kind, start, end } of events) {
      const event = {
        kind,
        start: milliseconds(BigInt(start)),
        end: end === null ? null : milliseconds(BigInt(end)),
      };
      // Whatever goes on until further notice has ended now: by its end, or by what came instead.
      this.#events = this.#events.filter((other) => other.end !== null || kind === "blink");
      this.#events.push(event);
    }
    const oldest = this.#events.at(-1)?.start - KEPT_MS;
    this.#events = this.#events.filter(({ start }) => start >= oldest);
  }

  // Something happened; `t` is in milliseconds.
  mark(t, name) {
    this.#marks = [...this.#marks.slice(-99), { t, name }];
  }

  set sceneSize({ width, height }) {
    this.#sceneSize = { width, height };
  }

  togglePause() {
    this.#isPaused = !this.#isPaused;
    this.#showPause();
  }

  // Tell the values, a few times a second.
  refresh() {
    const at = this.#cursorTime() ?? this.#shownUntil;
    const most = this.#cursor === null ? FRESH_MS : NEAR_MS;
    for (const [name, { samples, digits }] of this.#shownLanes()) {
      const values = samples.nearest(at, most);
      for (let which = 0; which < samples.width; which += 1) {
        const value = values?.[which];
        const isKnown = value !== undefined && !Number.isNaN(value);
        byId(`value-${name}-${which}`).textContent = isKnown ? number(value, digits) : "–";
      }
    }
    byId("traces-terse").textContent = this.#terse();
  }

  // For whoever checks the page from outside.
  get shown() {
    return {
      until: this.#shownUntil,
      spanMs: this.#chart.spanMs,
      isPaused: this.#pausedAt !== null,
      lanes: this.#shownLanes().map(([name, lane], index) => {
        const { samples, range } = lane;
        const since = samples.count ? samples.time(samples.first) : null;
        return { name, range, since, ...this.#chart.placeOf(index) };
      }),
      events: this.#events.map((event) => ({ ...event })),
    };
  }

  #terse() {
    if (this.#pausedAt !== null) return "Paused";
    return this.#isSized ? `Last ${this.#chart.spanMs / 1_000} s` : "";
  }

  #shownLanes() {
    return Object.entries(this.#lanes).filter(([name]) => this.#has[name]);
  }

  // Pause: what came until then stays in sight, and what comes is kept for later.

  #hold({ offsetX, pointerType, type }) {
    if (pointerType !== "mouse" && type === "pointermove" && !this.#isHeld) return;
    this.#isHeld = true;
    this.#cursor = offsetX;
    this.#showPause();
    this.refresh();
  }

  #letGo() {
    this.#isHeld = false;
    this.#cursor = null;
    this.#showPause();
  }

  #showPause() {
    const hasShown = this.#shownUntil > -Infinity;
    const isPaused = hasShown && (this.#isHeld || this.#isPaused);
    if (isPaused && this.#pausedAt === null) this.#pausedAt = this.#shownUntil;
    if (!isPaused) this.#pausedAt = null;
    byId("pause").setAttribute("aria-pressed", String(this.#isPaused));
    byId("traces").classList.toggle("is-paused", isPaused);
    byId("traces-terse").textContent = this.#terse();
  }

  #cursorTime() {
    if (this.#cursor === null || this.#pausedAt === null) return null;
    return this.#chart.timeAt(this.#cursor, this.#pausedAt);
  }

  // Lateness

  #arrived(samples) {
    const late = (this.#clock.now() ?? 0) - samples.time(samples.count - 1);
    if (performance.now() > this.#windowEnd) {
      [this.#worstBefore, this.#worst] = [this.#worst, 0];
      this.#windowEnd = performance.now() + LAG_WINDOW_MS;
    }
    this.#worst = Math.max(this.#worst, late);
    const worst = Math.max(this.#worst, this.#worstBefore);
    const lag = worst > LAG_STEP_MS ? Math.ceil(worst / LAG_STEP_MS) * LAG_STEP_MS : LAG_MS;
    if (lag === this.#lag) return;
    this.#lag = lag;
    this.#label();
    this.#chart.invalidate();
  }

  // The axis tells seconds before the present.
  #label() {
    const span = this.#chart.spanMs / 1_000;
    const lag = Math.floor(this.#lag / 1_000);
    const labels = Array.from({ length: span / 2 + 1 }, (_, index) => {
      const before = span - 2 * index + lag;
      return element("span", before ? `−${before} s` : "now");
    });
    byId("axis").replaceChildren(...labels);
  }

  // Drawing

  #run() {
    const step = () => {
      if (!this.#isInView) return;
      this.#step();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #step() {
    const now = this.#pausedAt ?? (this.#clock.now() ?? NaN) - this.#lag;
    if (Number.isNaN(now) || !this.#isSized) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isCalm && this.#cursor === null && now - this.#shownUntil < CALM_INTERVAL_MS) return;
    this.#fitRanges(now);
    if (this.#cursor === null && !this.#chart.moves(this.#shownUntil, now)) return;
    this.#style ??= readStyle();
    this.#shownUntil = now;
    this.#chart.paint(now, {
      events: this.#events,
      marks: this.#marks,
      cursor: this.#cursorTime(),
      style: this.#style,
    });
  }

  // Scales follow what is in sight: soon when it leaves them, and later when it needs less.
  #fitRanges(now) {
    if (Math.abs(now - this.#fittedAt) < FIT_EVERY_MS) return;
    this.#fittedAt = now;
    for (const [name, lane] of this.#shownLanes()) {
      const extent = lane.samples.extent(now - this.#chart.spanMs);
      if (!extent) continue;
      const [low, high] = lane.rangeFor(extent, this.#sceneSize);
      const isLeft = !(low >= lane.range[0] && high <= lane.range[1]);
      if (low === lane.range[0] && high === lane.range[1]) lane.neededAt = now;
      else if (isLeft || Math.abs(now - lane.neededAt) > SHRINK_AFTER_MS) {
        lane.range = [low, high];
        lane.neededAt = now;
        byId(`range-${name}`).textContent = `${inWords(low)} to ${inWords(high)} ${lane.unit}`;
        this.#chart.invalidate();
      }
    }
  }

  #layOut() {
    const shown = this.#shownLanes();
    const lanes = shown.map(([name, lane]) => {
      const values = lane.series.map((series, which) => {
        const value = element("b", "–");
        value.id = `value-${name}-${which}`;
        const part = element("span", `${series} `, value);
        part.dataset.series = which;
        return part;
      });
      const range = element("small", "");
      range.id = `range-${name}`;
      lane.range = [NaN, NaN];
      return element("li", element("strong", lane.title, " ", range), element("p", ...values));
    });
    byId("lanes").replaceChildren(...lanes);
    document.documentElement.style.setProperty("--lanes", String(Math.max(1, shown.length)));
    this.#fittedAt = -Infinity;
    this.#chart.lanes = shown.map(([, lane]) => lane);
  }

  #resize() {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#isSized = clientWidth > 0 && clientHeight > 0;
    if (!this.#isSized) return;
    this.#chart.spanMs = clientWidth < NARROW_PX ? SPANS_MS.narrow : SPANS_MS.wide;
    this.#chart.resize();
    this.#label();
  }

  #restyle() {
    this.#style = null;
    this.#chart.invalidate();
  }
}

function readStyle() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    series: COLOURS[isDark ? "dark" : "light"],
    font: style.fontFamily,
    line: colour("line"),
    text: colour("text"),
    surface: colour("surface"),
    accent: colour("accent"),
    blink: colour("blink"),
    lid: colour("lid"),
    fixation: colour("fixation"),
    saccade: colour("saccade"),
  };
}

function number(value, digits) {
  // With a true minus sign, and none before zero.
  return value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");
}

// An end of a scale.
function inWords(value) {
  return number(value, Number.isInteger(value) ? 0 : 1);
}
