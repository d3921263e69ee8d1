// A websocket that comes back by itself, later and later while nobody answers.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
// A peer that vanished without a word looks like one that says nothing.
const SILENCE_MS = 6_000;

export class Connection extends EventTarget {
  // Events: "open", "close", "message" (with `data`: a string or an ArrayBuffer).
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #watchdog = 0;
  #retryAt = 0;
  #path;
  #isChatty;

  // `isChatty`: once it has spoken, this peer is never silent for long while it lives.
  constructor(path, { isChatty = false } = {}) {
    super();
    this.#path = path;
    this.#isChatty = isChatty;
    // A page that was asleep, or a machine back on its network, need not wait.
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
  }

  open() {
    const url = new URL(this.#path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.dispatchEvent(new Event("open"));
    };
    socket.onmessage = ({ data }) => {
      this.#expectMore();
      this.dispatchEvent(new MessageEvent("message", { data }));
    };
    socket.onclose = () => this.#lose();
    this.#socket = socket;
    this.#retryAt = 0;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  // Milliseconds until the next attempt; 0 while one is being made, or none is needed.
  get retryIn() {
    return this.#retryAt ? Math.max(0, this.#retryAt - performance.now()) : 0;
  }

  send(text) {
    if (this.isOpen) this.#socket.send(text);
  }

  // Give the present socket up and make a new one.
  restart() {
    if (!this.isOpen) return;
    // The handshake of closing may never end where the peer has vanished: do not wait for it.
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#lose();
  }

  #expectMore() {
    if (!this.#isChatty) return;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.restart(), SILENCE_MS);
  }

  #lose() {
    clearTimeout(this.#watchdog);
    this.#socket = null;
    // Several pages must not come back in step.
    const wait = this.#wait * (0.8 + 0.4 * Math.random());
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
    this.#retryAt = performance.now() + wait;
    this.#timer = setTimeout(() => this.open(), wait);
    this.dispatchEvent(new Event("close"));
  }

  #retryNow() {
    if (!this.#retryAt) return; // it is there, or was never wanted
    clearTimeout(this.#timer);
    this.open();
  }
}
