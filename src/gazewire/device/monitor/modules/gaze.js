// The gaze of the last seconds, and which of it belongs to a picture.

const KEPT = 800; // four seconds of the fastest glasses
const FURTHEST_NS = 100_000_000n; // gaze further from a picture is not its gaze
const FLOWING_MS = 1_000;

export class GazeTrack {
  // Data are {t: BigInt nanoseconds, worn: boolean, points: [[x, y], …], pupils: [left, right] mm
  // or undefined}, rising in t.
  #data = [];
  #arrivedAt = -Infinity;

  add(batch) {
    this.#arrivedAt = performance.now();
    for (const datum of batch) this.#data.push({ ...datum, t: BigInt(datum.t) });
    this.#data.splice(0, this.#data.length - KEPT);
  }

  clear() {
    this.#data = [];
    this.#arrivedAt = -Infinity;
  }

  get newest() {
    return this.#data.at(-1) ?? null;
  }

  get isFlowing() {
    return performance.now() - this.#arrivedAt < FLOWING_MS;
  }

  // Data a second, by their own times, over the last second.
  get rate() {
    if (!this.isFlowing) return null;
    const last = this.newest;
    const from = this.#after(last.t - 1_000_000_000n);
    const first = this.#data[from];
    return last.t > first.t ? ((this.#data.length - 1 - from) * 1e9) / Number(last.t - first.t) : null;
  }

  // Gaze has come as far as t, so that what is nearest to it is known.
  reaches(t) {
    return this.newest !== null && this.newest.t >= t;
  }

  // The datum nearest in time; null where there is none near, or a nearer one may still come.
  nearest(t) {
    if (!this.reaches(t)) return null;
    const index = this.#after(t);
    const [before, after] = [this.#data[index - 1], this.#data[index]];
    const best = !before || after.t - t < t - before.t ? after : before;
    return distance(best.t, t) <= FURTHEST_NS ? best : null;
  }

  // What came in the `lengthNs` before t, and t itself.
  until(t, lengthNs) {
    return this.#data.slice(this.#after(t - lengthNs), this.#after(t + 1n));
  }

  // Index of the first datum at t or later.
  #after(t) {
    let [low, high] = [0, this.#data.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#data[middle].t < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function distance(a, b) {
  return a > b ? a - b : b - a;
}
