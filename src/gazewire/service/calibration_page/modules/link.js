// The connection to the service, which comes back by itself.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export class Link extends EventTarget {
  // Events: "open", "close", "told" (detail: a notification), "picture" (detail: an ArrayBuffer).
  #socket = null;
  #wait = FIRST_WAIT_MS;

  open() {
    const url = new URL("/calibration/feed", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.dispatchEvent(new Event("open"));
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#tell("picture", data);
      else this.#tell("told", JSON.parse(data));
    };
    socket.onclose = () => {
      this.#socket = null;
      this.dispatchEvent(new Event("close"));
      setTimeout(() => this.open(), this.#wait);
      this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
    };
    this.#socket = socket;
  }

  say(request) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
