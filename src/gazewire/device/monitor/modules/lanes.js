// What the lanes of the chart show, and over which range.

import { Samples } from "./samples.js";

// Colours of Okabe and Ito, told apart by all eyes: darker ones on light ground, and the reverse.
export const COLOURS = {
  light: ["#0072b2", "#d55e00", "#00875f"],
  dark: ["#56b4e9", "#f0a03c", "#2fc79a"],
};

const DEGREES = [10, 25, 50, 100, 250, 500, 1_000, 2_000];
const GRAVITIES = [1.5, 2, 4, 8, 16];

export function gazeLane() {
  return lane("Gaze", "px", ["x", "y"], 0, (extent, { width, height }) => [0, Math.max(width, height)]);
}

export function pupilLane() {
  return lane("Pupil", "mm", ["L", "R"], 2, ([low, high]) => {
    const floor = Math.floor(low);
    return [floor, Math.max(Math.ceil(high), floor + 2)];
  });
}

export function gyroLane() {
  return lane("Rotation", "°/s", ["x", "y", "z"], 0, symmetric(DEGREES));
}

export function accelLane() {
  return lane("Acceleration", "g", ["x", "y", "z"], 2, symmetric(GRAVITIES));
}

// `rangeFor` takes the least and the greatest value and the size of the scene, and gives the ends
// of the scale.
function lane(title, unit, series, digits, rangeFor) {
  const samples = new Samples(series.length);
  // `neededAt`: when all of the range was needed last.
  return { title, unit, series, digits, rangeFor, samples, range: [NaN, NaN], neededAt: -Infinity };
}

function symmetric(steps) {
  return ([low, high]) => {
    const most = Math.max(-low, high);
    const end = steps.find((step) => step >= most) ?? steps.at(-1);
    return [-end, end];
  };
}
