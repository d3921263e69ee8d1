// The device's clock as seen from here, found as NTP does it: of the answers of the last while, the
// one that took the least time tells it best (RFC 5905, section 10).

const FIRST_PINGS = 6;
const FIRST_PINGS_EVERY_MS = 120;
const PINGS_EVERY_MS = 2_000;
const KEPT_MS = 30_000;

export class DeviceClock {
  #answers = []; // {at, offset, roundTrip}, milliseconds
  #timer = 0;
  #pings = 0;
  #send;

  // `send` takes a message for the device.
  constructor(send) {
    this.#send = send;
  }

  start() {
    this.stop();
    this.#pings = 0;
    this.#ping();
  }

  // The device that comes back may be another one.
  stop() {
    clearTimeout(this.#timer);
    this.#answers = [];
  }

  take({ ping, received, answered }) {
    const at = browserNow();
    const [came, went] = [milliseconds(BigInt(received)), milliseconds(BigInt(answered))];
    const roundTrip = Math.max(0, at - ping - (went - came));
    const offset = (came - ping + went - at) / 2;
    this.#answers = this.#answers.filter((answer) => at - answer.at < KEPT_MS);
    this.#answers.push({ at, offset, roundTrip });
  }

  get #best() {
    return this.#answers.reduce(
      (best, answer) => (best && best.roundTrip <= answer.roundTrip ? best : answer),
      null,
    );
  }

  // How far the device is ahead of the browser, and how far that may be off; null until known.
  get offset() {
    const best = this.#best;
    return best && { milliseconds: best.offset, uncertainty: best.roundTrip / 2 };
  }

  // That of the last answers, their median; null until known.
  get roundTrip() {
    const last = this.#answers.slice(-5).map(({ roundTrip }) => roundTrip);
    return last.length ? last.sort((a, b) => a - b)[last.length >> 1] : null;
  }

  // The device's Unix time in milliseconds, or null.
  now() {
    const best = this.#best;
    return best && browserNow() + best.offset;
  }

  #ping() {
    this.#send({ ping: browserNow() });
    this.#pings += 1;
    const wait = this.#pings < FIRST_PINGS ? FIRST_PINGS_EVERY_MS : PINGS_EVERY_MS;
    this.#timer = setTimeout(() => this.#ping(), wait);
  }
}

// An instant in nanoseconds as a number of milliseconds, good to a microsecond.
export function milliseconds(t) {
  return Number(t / 1_000n) / 1_000;
}

function browserNow() {
  return performance.timeOrigin + performance.now();
}
