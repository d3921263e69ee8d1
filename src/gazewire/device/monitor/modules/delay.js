// How late things are shown, without knowing what the clocks of device and browser differ by.

const WINDOW_MS = 5_000;

export class Delay {
  // The least that a reading of this clock was ahead of a timestamp, in this window and the last:
  // that of the datum that arrived fastest. What others take longer is their delay.
  #least = Infinity;
  #leastBefore = Infinity;
  #windowEnd = 0;

  arrived(t) {
    const now = performance.now();
    if (now > this.#windowEnd) {
      this.#leastBefore = this.#least;
      this.#least = Infinity;
      this.#windowEnd = now + WINDOW_MS;
    }
    this.#least = Math.min(this.#least, ahead(t));
  }

  // Milliseconds that a datum shown now is late.
  of(t) {
    return Math.max(0, ahead(t) - Math.min(this.#least, this.#leastBefore));
  }

  clear() {
    this.#least = this.#leastBefore = Infinity;
    this.#windowEnd = 0;
  }
}

function ahead(t) {
  return performance.timeOrigin + performance.now() - Number(t / 1_000n) / 1_000;
}
