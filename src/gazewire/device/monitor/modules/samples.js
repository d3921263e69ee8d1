// The last few minutes of a stream of numbers, in arrays that do not grow.

const CAPACITY = 1 << 15;

export class Samples {
  #times = new Float64Array(CAPACITY); // milliseconds
  #values;
  #width;
  #count = 0;

  // Each datum has `width` values.
  constructor(width) {
    this.#width = width;
    this.#values = new Float32Array(CAPACITY * width);
  }

  // Data rise in t; what is not measured is NaN.
  add(t, values) {
    const at = this.#count % CAPACITY;
    this.#times[at] = t;
    this.#values.set(values, at * this.#width);
    this.#count += 1;
  }

  clear() {
    this.#count = 0;
  }

  // Data are numbered from the first that ever came: those from `first` up to `count` are here.
  get count() {
    return this.#count;
  }

  get first() {
    return Math.max(0, this.#count - CAPACITY);
  }

  get width() {
    return this.#width;
  }

  time(number) {
    return this.#times[number % CAPACITY];
  }

  value(number, which) {
    return this.#values[(number % CAPACITY) * this.#width + which];
  }

  // The number of the first datum at t or later; `count` where there is none.
  after(t) {
    let [low, high] = [this.first, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Values of the datum nearest to t, no further than `most` milliseconds; or null.
  nearest(t, most) {
    const number = this.after(t);
    const near = [number - 1, number].filter((n) => n >= this.first && n < this.#count);
    const best = near.reduce(
      (a, b) => (a !== null && Math.abs(this.time(a) - t) <= Math.abs(this.time(b) - t) ? a : b),
      null,
    );
    if (best === null || Math.abs(this.time(best) - t) > most) return null;
    return Array.from({ length: this.#width }, (_, which) => this.value(best, which));
  }

  // Least and greatest value from t on; or null where there is none.
  extent(t) {
    let [low, high] = [Infinity, -Infinity];
    for (let number = this.after(t); number < this.#count; number += 1) {
      for (let which = 0; which < this.#width; which += 1) {
        const value = this.value(number, which);
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return low <= high ? [low, high] : null;
  }
}
