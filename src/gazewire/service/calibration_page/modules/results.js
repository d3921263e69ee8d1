// What came of a calibration or validation: a verdict, figures, gaze around each target, or reasons.

import { byId, drawn, element } from "./dom.js";

// Of the plot, in its own units: 16:9, with room for gaze beyond the outermost targets.
const [WIDTH, HEIGHT, MARGIN] = [960, 540, 90];
const DEGREE = 24;
const RINGS_DEG = [1, 2];

export class Results {
  clear() {
    byId("result").hidden = true;
    this.#fill("", "", [], [], []);
  }

  succeeded() {
    this.#open("Calibrated", "good");
  }

  failed(kind, { reason, diagnosis }) {
    const verdict = kind === "validation" ? "The validation has no result" : "Not calibrated";
    this.#fill(`${verdict}: ${reason}`, "bad", figuresOfEyes(diagnosis), [], diagnosis?.sentences ?? []);
  }

  measured({ source, accuracy_deg, precision_deg, used, total, targets }) {
    const verdict = source === "validation" ? "Validated" : "Calibrated";
    const figures = [
      ["Accuracy", degrees(accuracy_deg)],
      ["Precision", degrees(precision_deg)],
      ["Gaze used", `${used} of ${total}`],
    ];
    const reasons = total > used ? [`${total - used} gaze data were further than 5° from their target and are left out of the figures.`] : [];
    this.#fill(verdict, accuracy_deg === null ? "bad" : "good", figures, targets ?? [], reasons);
  }

  #open(verdict, state) {
    byId("result").hidden = false;
    byId("result-line").textContent = verdict;
    byId("result-line").dataset.state = state;
    // The stage has gone when the next repaint comes.
    requestAnimationFrame(() => byId("result").scrollIntoView({ behavior: "smooth", block: "nearest" }));
  }

  #fill(verdict, state, figures, targets, reasons) {
    if (verdict) this.#open(verdict, state);
    byId("result-figures").replaceChildren(
      ...figures.map(([name, value]) => element("div", element("dt", name), element("dd", value))),
    );
    byId("result-reasons").replaceChildren(...reasons.map((reason) => element("li", reason)));
    const placed = targets.filter(({ place }) => place);
    byId("result-plot").toggleAttribute("hidden", placed.length === 0);
    byId("plot-legend").hidden = placed.length === 0;
    draw(byId("result-plot"), placed);
  }
}

function figuresOfEyes(diagnosis) {
  if (!diagnosis?.eyes) return [];
  const share = ({ confident, of_mode }) => `${confident} of ${of_mode}`;
  const [right, left] = diagnosis.eyes;
  return [
    ["References", String(diagnosis.references)],
    ["Right eye, seen well", share(right)],
    ["Left eye, seen well", share(left)],
    ["Both at once", `${diagnosis.overlap_s.toFixed(1)} s`],
  ];
}

function degrees(value) {
  return value === null ? "–" : `${value.toFixed(2)}°`;
}

function draw(plot, targets) {
  plot.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  plot.replaceChildren(...targets.flatMap(drawTarget));
}

function drawTarget({ place, residuals_deg, offset_deg, accuracy_deg, used, total }) {
  const [x, y] = [
    MARGIN + place[0] * (WIDTH - 2 * MARGIN),
    MARGIN + (1 - place[1]) * (HEIGHT - 2 * MARGIN),
  ];
  const at = ([right, up]) => [x + right * DEGREE, y - up * DEGREE];
  const [offsetX, offsetY] = at(offset_deg);
  const words = `${degrees(accuracy_deg)}${used < total ? `  ${used}/${total}` : ""}`;
  return [
    ...RINGS_DEG.map((r) => drawn("circle", { class: "ring", cx: x, cy: y, r: r * DEGREE })),
    ...residuals_deg.map(at).map(([cx, cy]) => drawn("circle", { class: "gaze", cx, cy, r: 2.4 })),
    drawn("path", { class: "cross", d: `M${x - 7} ${y}h14M${x} ${y - 7}v14` }),
    drawn("line", { class: "offset", x1: x, y1: y, x2: offsetX, y2: offsetY }),
    drawn("text", { x, y: y + 2 * DEGREE + 18 }, words),
  ];
}
